"""The history of a deal as a timeline: stage, amount, close date and owner, and whatever else changed about it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Credit, DealType, DetailChange, Measure, OpportunityChange, Outcome
from crm.selectors.share_history import Part, SharesChanged
from crm.views.deals import OUTCOME_ICONS, OUTCOME_TONES
from crm.views.lists import day
from crm.words import share_words
from people import formats
from people.components import Event


def deal_events(
    changes: list[OpportunityChange],
    details: list[DetailChange],
    shares: list[SharesChanged],
    names: Mapping[str, str],
    may_see_imports: bool,
) -> list[Event]:
    """All of it, newest first. `names`: what `field:<id>` is called."""
    events = [
        *_main_events(changes, may_see_imports),
        *(_shares_event(item, may_see_imports) for item in shares),
        *(_detail_event(item, names, may_see_imports) for item in details),
    ]
    return sorted(events, key=lambda event: _day_of(event.at), reverse=True)


def _shares_event(change: SharesChanged, may_see_imports: bool) -> Event:
    kinds = {
        Measure.INVOICES: _("Shares of invoices"),
        Measure.DELIVERIES: _("Shares of deliveries"),
        Measure.PAYMENTS: _("Shares of payments"),
    }
    href = reverse("crm:import_detail", args=[change.batch.pk]) if may_see_imports and change.batch else ""
    return Event(
        at=_day_of(change.at),
        title=_("%(what)s: %(before)s → %(after)s")
        % {
            "what": kinds.get(Measure(change.kind)) or _("Shares"),
            "before": parts_words(change.before),
            "after": parts_words(change.after),
        },
        detail=_shares_reason(change),
        actor=change.actor.name if change.actor else "",
        icon="swap",
        href=href,
    )


def parts_words(parts: Sequence[Part]) -> str:
    """Alice Ames 60%, Bob Brand 40%, Carol Cole 50% beside it."""
    words = [_part_words(part) for part in parts]
    is_whole = any(part.role != Credit.Role.OVERLAY for part in parts)
    return ", ".join(words if is_whole else [_("all to the owner"), *words])


def _part_words(part: Part) -> str:
    name = _("others") if part.is_others else part.name or _("the house")
    if part.is_waiting:
        name = _("%(name)s (not known yet)") % {"name": part.name}
    words = f"{name} {share_words(part.share)}"
    return _("%(share)s beside it") % {"share": words} if part.role == Credit.Role.OVERLAY else words


def _shares_reason(change: SharesChanged) -> str:
    if change.origin == Credit.Origin.HAND_OVER:
        return _("Worked out from its hand-overs")
    if change.origin == Credit.Origin.SEAT:
        return _("Worked out from the seat that its owner left")
    return _("By the file %(file)s") % {"file": change.batch.file_name} if change.batch else ""


def _day_of(at: date | datetime) -> date:
    return timezone.localdate(at) if isinstance(at, datetime) else at


def _detail_event(change: DetailChange, names: Mapping[str, str], may_see_imports: bool) -> Event:
    href = reverse("crm:import_detail", args=[change.batch_id]) if may_see_imports and change.batch_id else ""
    before, after = _detail_words(change.name, change.before), _detail_words(change.name, change.after)
    return Event(
        at=_day_of(change.recorded_at),
        title=_("%(what)s: %(before)s → %(after)s")
        % {"what": _detail_name(change.name, names), "before": before, "after": after},
        icon="edit",
        href=href,
    )


def _detail_name(name: str, names: Mapping[str, str]) -> str:
    words = {
        "deal_type": _("Type"),
        "term_months": _("Term in months"),
        "loss_reason": _("Loss reason"),
        "next_step": _("Next step"),
        "next_step_on": _("Next step on"),
    }
    return words.get(name) or names.get(name) or name.removeprefix("role:")


def _detail_words(name: str, text: str) -> str:
    if name == "deal_type" and text:
        return str(DealType(text).label)
    if name == "next_step_on" and text:
        return formats.day(date.fromisoformat(text))
    return text or formats.UNDEFINED


def _main_events(changes: list[OpportunityChange], may_see_imports: bool) -> list[Event]:
    """Each change with what is different from the one before."""
    events = []
    for place, change in enumerate(changes):
        before = changes[place + 1] if place + 1 < len(changes) else None
        href = reverse("crm:import_detail", args=[change.batch_id]) if may_see_imports and change.batch_id else ""
        events.append(
            Event(
                at=change.happened_on,
                title=_event_title(change, before),
                detail=_event_detail(change, before),
                icon=OUTCOME_ICONS[Outcome(change.outcome)],
                tone=OUTCOME_TONES[change.outcome],
                href=href,
            )
        )
    return events


def _event_title(change: OpportunityChange, before: OpportunityChange | None) -> str:
    if before is None:
        return _("First known in %(stage)s") % {"stage": change.stage.name}
    if before.stage_id != change.stage_id:
        return _("%(before)s → %(after)s") % {"before": before.stage.name, "after": change.stage.name}
    if before.outcome != change.outcome:
        return _("Now counts as %(outcome)s") % {"outcome": change.get_outcome_display()}
    return _("Changed in %(stage)s") % {"stage": change.stage.name}


def _event_detail(change: OpportunityChange, before: OpportunityChange | None) -> str:
    def amount(item: OpportunityChange) -> str:
        return formats.money(item.amount, item.currency)

    def owner(item: OpportunityChange) -> str:
        return item.owner.name if item.owner else _("nobody")

    said = [(_("Amount"), amount), (_("Closes"), lambda item: day(item.closed_on)), (_("Owner"), owner)]
    parts = []
    for label, words in said:
        now = words(change)
        if before is None and now not in {formats.UNDEFINED, _("nobody")}:
            parts.append(f"{label}: {now}")
        elif before is not None and words(before) != now:
            parts.append(f"{label}: {words(before)} → {now}")
    return " · ".join(parts)
