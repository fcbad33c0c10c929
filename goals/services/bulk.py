"""Targets of many goals changed at once when the strategy changes: tried out, applied with one reason, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.models import BulkRevision, BulkRevisionLine, Goal, Measured
from goals.policies import goals
from goals.services.goals import goal_revise
from people.audit import audit
from people.viewer import Viewer

Rule = BulkRevision.Rule
SMALLEST = Decimal("0.000001")
MOST_GOALS = 2000
DIGITS = {Measured.Unit.COUNT: Decimal(1), Measured.Unit.MONEY: Decimal("0.01")}


@dataclass(frozen=True)
class Change:
    """What would become of a goal: its levels before and after, or why it cannot be changed."""

    goal: Goal
    target: Decimal
    commit_value: Decimal | None
    stretch_value: Decimal | None
    refusal: str = ""


@dataclass(frozen=True)
class Undone:
    """What taking back came to: goals whose target is as before, and those that somebody changed since."""

    restored: Sequence[Goal]
    left: Sequence[Goal]


def bulk_preview(*, viewer: Viewer | None, rows: Sequence[Goal], rule: str, value: Decimal) -> list[Change]:
    """What would become of each goal. Commit and stretch move in proportion; with an added amount they move along.

    Raises: ValidationError where the rule makes no sense.
    """
    _rule_check(rule, value, len(rows))
    open_to = None if viewer is None else set(goals.visible(viewer, "change").values_list("pk", flat=True))
    return [_change(goal, rule, value, open_to is None or goal.pk in open_to) for goal in rows]


@transaction.atomic
def bulk_apply(
    *,
    viewer: Viewer | None,
    rows: Sequence[Goal],
    rule: str,
    value: Decimal,
    reason: str,
    versions: dict[int, int],
    at: datetime,
) -> BulkRevision:
    """All of them or none. `versions` are those of the preview: what somebody changed since refuses the whole.

    Raises: PermissionDenied, ValidationError.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: every owner reads it beside the old target.")}, code="reason")
    changes = bulk_preview(viewer=viewer, rows=rows, rule=rule, value=value)
    refused = [each for each in changes if each.refusal]
    if refused:
        words = "; ".join(f"{each.goal.name}: {each.refusal}" for each in refused[:5])
        raise ValidationError(_("Leave these out: %(words)s") % {"words": words}, code="refused")
    bulk = BulkRevision.objects.create(
        at=at, by=viewer.person if viewer else None, reason=reason.strip(), rule=rule, value=value
    )
    for each in changes:
        revision = goal_revise(
            viewer=viewer,
            goal=each.goal,
            at=at,
            version=versions.get(each.goal.pk, each.goal.version),
            reason=reason,
            target=each.target,
            commit_value=each.commit_value,
            stretch_value=each.stretch_value,
        )
        if revision is not None:
            BulkRevisionLine.objects.create(bulk=bulk, goal=each.goal, revision=revision)
    if not bulk.lines.exists():
        raise ValidationError(_("No target would change."), code="nothing")
    detail = {"goals": len(changes), "rule": rule, "value": str(value), "reason": reason}
    audit("bulk_revise", actor=viewer, at=at, subject=bulk, detail=detail)
    return bulk


@transaction.atomic
def bulk_undo(*, viewer: Viewer | None, bulk: BulkRevision, at: datetime) -> Undone:
    """The old targets again, as further revisions; what somebody changed since is left alone and named.

    Raises: PermissionDenied, ValidationError.
    """
    row: BulkRevision = BulkRevision.objects.select_for_update(of=("self",)).get(pk=bulk.pk)
    if row.undone_at:
        raise ValidationError(_("This was taken back already."), code="undone")
    restored: list[Goal] = []
    left: list[Goal] = []
    for line in row.lines.select_related("goal", "revision").order_by("pk"):
        goal, revision = line.goal, line.revision
        if viewer is not None and not goals.can(viewer, "change", goal):
            raise PermissionDenied(_("Your role does not allow this."))
        if goal.version != revision.version or goal.withdrawn_at:
            left.append(goal)
            continue
        former = {name: None if text is None else Decimal(text) for name, text in revision.before.items()}
        reason = _("Taken back: %(reason)s") % {"reason": row.reason}
        line.undone_by_revision = goal_revise(
            viewer=viewer, goal=goal, at=at, version=goal.version, reason=reason[:500], **former
        )
        line.save(update_fields=["undone_by_revision"])
        restored.append(goal)
    row.undone_at, row.undone_by = at, viewer.person if viewer else None
    row.save(update_fields=["undone_at", "undone_by"])
    audit("bulk_undo", actor=viewer, at=at, subject=row, detail={"goals": len(restored), "left": len(left)})
    return Undone(restored, left)


def _rule_check(rule: str, value: Decimal, count: int) -> None:
    if rule not in Rule.values:
        raise ValidationError({"rule": _("Choose how targets change.")}, code="rule")
    if rule == Rule.FACTOR and value <= 0:
        raise ValidationError({"value": _("A factor is more than 0; 1.1 is ten per cent more.")}, code="factor")
    if not count:
        raise ValidationError(_("Choose at least one goal."), code="none")
    if count > MOST_GOALS:
        text = _("Choose %(most)s goals at most, and the others after them.") % {"most": MOST_GOALS}
        raise ValidationError(text, code="many")


def _change(goal: Goal, rule: str, value: Decimal, is_open: bool) -> Change:
    target = _moved(goal, goal.target, rule, value)
    levels = [
        None if level is None else _level(goal, level, target, rule, value)
        for level in (goal.commit_value, goal.stretch_value)
    ]
    return Change(goal, target, levels[0], levels[1], _refusal(goal, target, is_open))


def _refusal(goal: Goal, target: Decimal, is_open: bool) -> str:
    if not is_open:
        return _("you may not change it")
    if goal.withdrawn_at:
        return _("it was withdrawn")
    if goal.kind == Measured.Kind.MILESTONES:
        return _("it has milestones, no target")
    sign = -1 if goal.direction == Measured.Direction.LOWER else 1
    if sign * (target - (goal.baseline or 0)) <= 0:
        return _("its target would not be better than its baseline")
    return "" if abs(target) < Decimal(10) ** 13 else _("its target would be too large")


def _moved(goal: Goal, level: Decimal, rule: str, value: Decimal) -> Decimal:
    """Money to the cent, counts to whole ones, halves away from zero."""
    wanted = {Rule.FACTOR: level * value, Rule.AMOUNT: level + value, Rule.TARGET: value}[Rule(rule)]
    return wanted.quantize(DIGITS.get(Measured.Unit(goal.unit), SMALLEST), rounding=ROUND_HALF_UP)


def _level(goal: Goal, level: Decimal, target: Decimal, rule: str, value: Decimal) -> Decimal:
    """Commit and stretch: moved by the same factor or amount; with a set target in proportion to it."""
    if rule != Rule.TARGET or not goal.target:
        return _moved(
            goal, level, Rule.FACTOR if rule == Rule.TARGET else rule, Decimal(1) if rule == Rule.TARGET else value
        )
    return _moved(goal, level, Rule.FACTOR, target / goal.target)
