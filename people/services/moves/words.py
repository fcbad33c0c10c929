"""What cannot be understood about a line, in words."""

from django.utils.translation import gettext as _


def problem_words(code: str, text: str) -> str:
    """A problem code of `people.engine.moves` with the text it is about."""
    words = {
        "what": _("Write joins, moves or leaves, not “%(text)s”.") if text else _("Say what: joins, moves or leaves."),
        "person_missing": _("Say who."),
        "day_missing": _("Say on which day."),
        "day_unreadable": _("“%(text)s” is not a day. Write it like 2026-07-01."),
        "day_ambiguous": _("“%(text)s” can be two days. Write it like 2026-07-01."),
        "role": _("Write rep or manager, not “%(text)s”."),
        "twice": _("The same person stands on another line of the same day."),
    }
    return words[code] % {"text": text}
