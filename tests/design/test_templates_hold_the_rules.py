"""What no template may contain: the Content-Security-Policy would refuse it, or a reader would not understand it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", re.DOTALL)
CODE = re.compile(r"{%.*?%}|{{.*?}}|<script\b[^>]*>.*?</script>|<style\b[^>]*>.*?</style>", re.DOTALL)
TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt)=["']([^"']*)""")


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(FOLDER))


each_template = pytest.mark.parametrize("path", TEMPLATES, ids=name)


@each_template
def test_a_template_compiles(path: Path) -> None:
    get_template(name(path))


@each_template
def test_a_template_has_no_inline_style(path: Path) -> None:
    assert not re.search(r"\sstyle\s*=", source(path))


@each_template
def test_a_template_has_no_handler_in_an_attribute(path: Path) -> None:
    assert not re.search(r"<[^>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", source(path))


@each_template
def test_a_script_in_a_template_is_a_file(path: Path) -> None:
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", source(path), re.DOTALL):
        assert "src=" in attributes and not body.strip()


@each_template
def test_a_style_in_a_template_is_empty_and_has_the_nonce(path: Path) -> None:
    for attributes, body in re.findall(r"<style\b([^>]*)>(.*?)</style>", source(path), re.DOTALL):
        assert 'nonce="{{ CSP_NONCE }}"' in attributes and not body.strip()


@each_template
def test_a_template_names_no_foreign_address(path: Path) -> None:
    assert not re.search(r"""(?:src|href|action|hx-\w+)=["'](?:https?:)?//""", source(path))


@each_template
def test_every_word_of_a_template_goes_through_gettext(path: Path) -> None:
    text = CODE.sub(" ", TRANSLATED.sub(" ", source(path)))
    words = re.findall(r"[A-Za-z]{2,}", TAG.sub(" ", text))
    assert not words
    for spoken in SPOKEN.findall(text):
        assert not re.search(r"[A-Za-z]{2,}", spoken)


@each_template
def test_a_number_that_names_something_is_not_grouped(path: Path) -> None:
    """{{ person.id }} is written 1,234 and found by nobody; |stringformat:"s" leaves it alone."""
    assert not re.findall(
        r"{{ *(?!table\.|chart\.|attrs\.)[\w.]*(?:\.|_)(?:id|pk) *(?:\|default[^}]*)?}}", source(path)
    )


def test_a_component_says_what_context_it_takes() -> None:
    for path in sorted((FOLDER / "components").glob("*.html")):
        head = path.read_text(encoding="utf-8")[:600]
        assert head.startswith("{% comment %}") and ("Context:" in head or "No context" in head), path.name


def test_no_css_file_is_longer_than_a_reader_likes() -> None:
    for path in (Path(settings.BASE_DIR) / "static/css").rglob("*.css"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300, path.name


def test_every_icon_a_template_or_a_component_names_is_drawn() -> None:
    drawn = set(
        re.findall(r'<symbol id="([a-z-]+)"', (Path(settings.BASE_DIR) / "static/icons/sprite.svg").read_text())
    )
    named = {
        icon for path in TEMPLATES for icon in re.findall(r'{% icon "([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= drawn


@each_template
def test_what_opens_the_drawer_leaves_the_drawer_in_its_place(path: Path) -> None:
    """A page that fetches itself again swaps itself whole; a link inside it would replace the drawer's body likewise."""
    for tag in TAG.findall(source(path)):
        if 'hx-target="#drawer-body"' in tag:
            assert 'hx-swap="innerHTML"' in tag, tag
