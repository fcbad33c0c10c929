"""What the pages of approvals have in common: the steps and where it stands, what was decided, the waiting step in a word."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.approval_subjects import Subject, decisions_of, is_open, steps_of, waiting
from goals.engine.approval import MANAGERS
from goals.models import ApprovalKind, PlanVersion, QuotaDecision
from people import formats
from people.components import Event, Status, Step


def waits_words(subject: Subject) -> str:
    """For whom it waits; of several managers how many are left."""
    numbers = waiting(subject)
    kind = steps_of(subject)[numbers[0]].kind
    if kind in MANAGERS and isinstance(subject, PlanVersion):
        words = ngettext("Waits for %(count)s manager", "Waits for %(count)s managers", len(numbers))
        return words % {"count": formats.number(len(numbers))}
    return _("Waits for %(who)s") % {"who": ApprovalKind(kind).label}


def waits_status(subject: Subject) -> Status:
    return Status(waits_words(subject), "warn", "clock")


def steps_shown(subject: Subject) -> list[Step]:
    """One step for each kind; of several managers how many have approved."""
    steps, taken = steps_of(subject), {each.number: each.is_approved for each in decisions_of(subject)}
    left = waiting(subject)
    now = steps[left[0]].kind if left else ""
    shown = []
    for kind in dict.fromkeys(step.kind for step in steps):
        numbers = [number for number, step in enumerate(steps) if step.kind == kind]
        state: Any = "current" if kind == now else "waiting"
        if all(taken.get(number) for number in numbers):
            state = "done"
        elif not all(taken.get(number, True) for number in numbers):
            state = "failed"
        shown.append(Step(_label(subject, kind, numbers, taken), state))
    return shown


def _label(subject: Subject, kind: str, numbers: list[int], taken: dict[int, bool]) -> str:
    if kind not in MANAGERS or not isinstance(subject, PlanVersion):
        return str(ApprovalKind(kind).label)
    names = {"manager": _("the managers of the people"), "manager_above": _("the managers above them")}
    if not is_open(subject) or len(numbers) == 1:
        return names[kind]
    done = sum(taken.get(number, False) for number in numbers)
    counts = {"who": names[kind], "done": formats.number(done), "all": formats.number(len(numbers))}
    return _("%(who)s: %(done)s of %(all)s") % counts


def decision_event(decision: QuotaDecision, about: str = "") -> Event:
    """A decision on the timeline; `about` says which part it is about."""
    title = _("Approved") if decision.is_approved else _("Refused")
    who = decision.by.name
    if decision.for_person_id:
        who = _("%(name)s, standing in") % {"name": who}
    if about:
        who = f"{who} · {about}"
    tone: Any = "good" if decision.is_approved else "bad"
    return Event(decision.at, title, decision.reason, who, "check", tone)
