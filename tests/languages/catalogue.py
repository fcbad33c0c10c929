"""The words of the source, found without gettext's programs, and catalogues made from them."""

import ast
import re
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

GERMAN = settings.BASE_DIR / "locale" / "de" / "LC_MESSAGES" / "django.po"
SOURCES = ("people", "crm", "metrics", "spm")
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
OPEN, CLOSE = "⟦", "⟧"
ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")

Key = tuple[str, str, str]  # context, singular, plural
_LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.S)
_ONE = re.compile(_LITERAL, re.S)


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def key_of_call(name: str, texts: list[str]) -> Key | None:
    """What a call of gettext asks for; None where the text is not written down at the call."""
    if name in SINGULAR and texts:
        return "", texts[0], ""
    if name in PLURAL and len(texts) > 1:
        return "", texts[0], texts[1]
    if name in CONTEXT and len(texts) > 1:
        return texts[0], texts[1], ""
    if name in CONTEXT_PLURAL and len(texts) > 2:
        return texts[0], texts[1], texts[2]
    return None


def words_of_source() -> dict[Key, str]:
    """Every text that asks to be translated, and the first file it stands in."""
    found: dict[Key, str] = {}
    for app in SOURCES:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found |= {key: path.name for key in _of_python(path) if key not in found}
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        found |= {key: path.name for key in _of_template(path) if key not in found}
    return found


def nested_in_f_strings() -> list[str]:
    """Calls that gettext's own extraction does not see."""
    found = []
    for app in SOURCES:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    found += [f"{path.name}:{call.lineno}" for call in ast.walk(node) if _asked(call)]
    return found


def pseudo(text: str) -> str:
    """In brackets, accented, forty percent longer; placeholders stay."""
    parts = re.split(f"({PLACEHOLDER.pattern})", text)
    accented = "".join(part if PLACEHOLDER.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    return f"{OPEN}{accented}{'é' * (len(text) * 2 // 5)}{CLOSE}"


def write_pseudo_catalogue(folder: Path) -> None:
    """A catalogue under `folder` that puts every word of the interface in brackets. Formats stay as they are."""
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    for context, one, many in words_of_source():
        shown = (lambda text: text) if "format of" in context else pseudo
        entry = polib.POEntry(msgid=one, msgctxt=context or None, msgid_plural=many)
        if many:
            entry.msgstr_plural = {0: shown(one), 1: shown(many)}
        else:
            entry.msgstr = shown(one)
        catalogue.append(entry)
    target = folder / "de" / "LC_MESSAGES"
    target.mkdir(parents=True)
    catalogue.save_as_mofile(str(target / "django.mo"))


def _asked(node: ast.AST) -> Key | None:
    if not isinstance(node, ast.Call):
        return None
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return key_of_call(name, texts)


def _of_python(path: Path) -> list[Key]:
    asked = (_asked(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return [key for key in asked if key is not None]


def _of_template(path: Path) -> list[Key]:
    found = []
    for name, literals in _CALL.findall(templatize(path.read_text(encoding="utf-8"))):
        key = key_of_call(name, [ast.literal_eval(one) for one in _ONE.findall(literals)])
        if key is not None:
            found.append(key)
    return found
