"""What the notes beside a figure say."""

from django.utils.translation import gettext, ngettext

from metrics.engine.evaluate import Note


def note_text(note: Note) -> str:
    """A note in the reader's language."""
    n = note.count
    match note.code:
        case "without_amount":
            return ngettext("%(n)s without amount", "%(n)s without amount", n) % {"n": f"{n:,}"}
        case "lost_without_amount":
            return ngettext("%(n)s lost deal without amount", "%(n)s lost deals without amount", n) % {"n": f"{n:,}"}
        case "lost_without_amount_or_zero":
            return ngettext("the lost deal has amount 0", "all %(n)s lost deals have amount 0", n) % {"n": f"{n:,}"}
        case "without_probability":
            return ngettext("%(n)s without probability", "%(n)s without probability", n) % {"n": f"{n:,}"}
        case "without_cycle":
            return ngettext(
                "%(n)s won deal without a known start, or closed before it",
                "%(n)s won deals without a known start, or closed before it",
                n,
            ) % {"n": f"{n:,}"}
        case "undated":
            return gettext("no deal has a creation date")
    raise ValueError(f"no words for the note {note.code!r}")


def notes_text(notes: tuple[Note, ...]) -> str:
    """All notes of a figure in one line, each once."""
    return " · ".join(dict.fromkeys(note_text(note) for note in notes))
