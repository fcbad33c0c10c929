"""What the things are called that the audit log speaks of, and where they can be seen. Higher apps register theirs."""

from collections.abc import Callable, Collection

Named = dict[int, tuple[str, str]]  # key → what it is called, and the address of its page (none: "")
NAMERS: dict[str, Callable[[Collection[int]], Named]] = {}


def names_subjects(subject: str, names: Callable[[Collection[int]], Named]) -> None:
    """Register what calls the subjects of one kind by name; in one query, whatever their number."""
    NAMERS[subject] = names
