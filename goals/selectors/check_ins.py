"""What was said about goals and objectives."""

from goals.models import CheckIn

SAME = ("on", "value", "confidence", "note", "private_note", "by_id")


def said_already(said: CheckIn) -> CheckIn | None:
    """The latest check-in of the same goal or objective where it says just the same, as after a second click. One query."""
    last: CheckIn | None = (
        CheckIn.objects.filter(goal=said.goal_id, objective=said.objective_id).order_by("-pk").first()
    )
    is_same = last is not None and all(getattr(last, name) == getattr(said, name) for name in SAME)
    return last if is_same else None
