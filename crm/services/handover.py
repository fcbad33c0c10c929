"""Deals go from one person to another, under a rule for their credit. The source stays in charge of who owns a deal: its
next file may name another owner."""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.engine.handover import Rule, UnreadableRule, rule_of
from crm.intake.resolve import hand_overs_said
from crm.models import HandOver, HandOverDefault, Opportunity, Outcome
from crm.policies import hand_overs
from crm.selectors.hand_overs import default_on
from crm.words import rule_words
from people.audit import audit
from people.belongings import Belonging, register
from people.models import FOREVER, Person
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer
from people.wall import current_organization_id

PROBLEMS = {
    "rule": gettext_noop("“%(text)s” is no rule. Write “owner at close”, “previous owner 30 days” or “shared 40/60”."),
    "days": gettext_noop("“%(text)s”: the days must be between 1 and 3650."),
    "total": gettext_noop("“%(text)s”: the two shares must make 100 %%."),
    "share": gettext_noop("“%(text)s”: a share must be between 0.01 and 99.99 %%."),
}


def rule_read(text: str) -> Rule:
    """The rule that somebody wrote. Raises: ValidationError that says how to write one."""
    try:
        return rule_of(text)
    except UnreadableRule as error:
        raise ValidationError(_(PROBLEMS[error.code]) % {"text": text}, code=error.code) from error


class OpenDeals:
    """What `people.belongings` asks for."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        found = _open().filter(owner__in=person_ids).values_list("owner").annotate(count=Count("pk"))
        return dict(found.order_by())

    def listed(self, person_id: int, most: int) -> list[Belonging]:
        found = _open().filter(owner=person_id).order_by(F("closed_on").asc(nulls_last=True), "pk")[:most]
        return [
            Belonging(str(deal), reverse("crm:deal_detail", args=[deal.pk]), deal.closed_on, deal.amount, deal.currency)
            for deal in found
        ]

    def rule_words(self, text: str, on: date) -> str:
        rule = rule_read(text)
        if rule.kind:
            return rule_words(rule.kind, rule.days, rule.previous_share)
        default = default_on(on)
        return rule_words(default.rule, default.days, default.previous_share) if default else rule_words("", None, None)

    def hand_over(self, *, from_id: int, to_id: int, on: date, rule: str, at: datetime) -> list[int]:
        ids = list(_open().filter(owner=from_id).order_by("pk").select_for_update().values_list("pk", flat=True))
        _hand(ids, from_id, to_id, on, rule_read(rule), at)
        return ids

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, on: date, at: datetime) -> bool:
        same = _open().filter(pk__in=ids, owner=to_id).order_by("pk").select_for_update()
        if len(same.values_list("pk", flat=True)) != len(set(ids)):
            return False
        HandOver.objects.filter(opportunity__in=ids, from_person=from_id, to_person=to_id, handed_on=on).delete()
        with hand_overs_said():
            _give(ids, from_id, at)
        return True


@transaction.atomic
def deal_hand_over(
    *, viewer: Viewer | None, deal: Opportunity, to: Person, on: date, rule: Rule, at: datetime, reason: str = ""
) -> HandOver:
    """An open deal goes to another person on a day, today or earlier. Raises: PermissionDenied, ValidationError."""
    hand_overs.require(viewer, "create")
    row: Opportunity = Opportunity.objects.select_for_update(of=("self",)).get(pk=deal.pk)
    if row.outcome != Outcome.OPEN:
        raise ValidationError(_("The deal is decided. Change its credits instead."), code="decided")
    if row.owner_id is None:
        raise ValidationError(_("Nobody owns the deal, so nobody can hand it over."), code="no_owner")
    if row.owner_id == to.pk:
        raise ValidationError({"to": _("%(name)s owns the deal already.") % {"name": to.name}}, code="same")
    if viewer is not None and on > viewer.on:
        raise ValidationError({"on": _("A deal is handed over today or was on an earlier day.")}, code="later")
    if to.has_left(on):
        raise ValidationError({"to": _("%(name)s has left by then.") % {"name": to.name}}, code="left")
    [made] = _hand([row.pk], row.owner_id, to.pk, on, rule, at, by=viewer.person if viewer else None, reason=reason)
    audit("deal_hand_over", actor=viewer, at=at, subject=row, detail=_detail(made))
    return made


@transaction.atomic
def hand_over_rule_set(
    *, viewer: Viewer | None, hand_over: HandOver, rule: Rule, at: datetime, reason: str = ""
) -> HandOver:
    """Another rule for one hand-over; the shares of its deal follow. Raises: PermissionDenied, ValidationError."""
    hand_overs.require(viewer, "change", hand_over)
    row: HandOver = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    before = _detail(row)
    row.rule, row.days, row.previous_share = rule.kind, rule.days, rule.previous_share
    row.reason, row.ruled_by = reason, viewer.person if viewer else None
    with refusals():
        row.save()
    audit("hand_over_rule", actor=viewer, at=at, subject=row, detail={"before": before, "after": _detail(row)})
    _announce()
    return row


@transaction.atomic
def hand_over_default_set(*, viewer: Viewer | None, rule: Rule, starts_on: date, at: datetime) -> HandOverDefault:
    """The organization's rule for hand-overs from a day on; what was planned for later days is dropped.

    Raises: PermissionDenied, ValidationError.
    """
    hand_overs.require(viewer, "create")
    if not rule.kind:
        raise ValidationError({"rule": _("Choose a rule.")}, code="rule")
    with refusals():
        rows = HandOverDefault.objects.select_for_update()
        rows.filter(starts_on__gte=starts_on).delete()
        rows.filter(ends_before__gt=starts_on).update(ends_before=starts_on)
        made = HandOverDefault.objects.create(
            rule=rule.kind,
            days=rule.days,
            previous_share=rule.previous_share,
            starts_on=starts_on,
            ends_before=FOREVER,
        )
    words = rule_words(made.rule, made.days, made.previous_share)
    audit("hand_over_default_set", actor=viewer, at=at, subject=made, detail={"rule": words, "from": str(starts_on)})
    _announce()
    return made


def _hand(
    ids: Collection[int],
    from_id: int,
    to_id: int,
    on: date,
    rule: Rule,
    at: datetime,
    *,
    by: Person | None = None,
    reason: str = "",
) -> list[HandOver]:
    with hand_overs_said():
        _give(ids, to_id, at)
    return HandOver.objects.bulk_create(
        HandOver(
            opportunity_id=deal_id,
            from_person_id=from_id,
            to_person_id=to_id,
            handed_on=on,
            rule=rule.kind,
            days=rule.days,
            previous_share=rule.previous_share,
            ruled_by=by,
            reason=reason,
        )
        for deal_id in ids
    )


def _give(ids: Collection[int], owner_id: int, at: datetime) -> None:
    if ids:
        Opportunity.objects.filter(pk__in=ids).update(owner=owner_id, updated_at=at)
        _announce()


def _announce() -> None:
    enqueue("pipeline.facts_changed", organization_id=current_organization_id() or 0)


def _detail(row: HandOver) -> dict[str, object]:
    return {
        "deal": row.opportunity_id,
        "from": row.from_person_id,
        "to": row.to_person_id,
        "on": row.handed_on.isoformat(),
        "rule": row.rule,
        "days": row.days,
        "previous_share": str(row.previous_share) if row.previous_share is not None else None,
    }


def _open() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(outcome=Outcome.OPEN, is_deleted=False)


register(OpenDeals())
