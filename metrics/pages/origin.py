"""Where a row behind a figure came from: the line as it was imported, and who changed it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from crm.models import Activity, Lead, Opportunity, OpportunityChange, Outcome
from crm.policies import activities, leads
from crm.selectors.credits import credits_of
from crm.selectors.deals import access_deal
from crm.words import credit_words, share_words
from metrics.pages import links
from metrics.pages.deals import TONES, deal_href, deal_name
from metrics.pages.frame import Asked
from metrics.pages.periods import past_day
from metrics.selectors.origin import Line, changes_of, imported_line, shares_then
from people import formats
from people.components import Action, Event

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Origin:
    """What `metrics/origin.html` shows."""

    title: str
    label: str
    facts: Pairs
    source: Pairs
    line: Pairs
    no_line: str
    events: list[Event]
    actions: list[Action]
    full_path: str


def deal_origin(asked: Asked, deal_id: int) -> Origin:
    """A deal behind a figure. Raises: Http404 for what is out of sight. Seven queries; two more looking back."""
    deal = access_deal(asked.viewer, deal_id)
    as_of = past_day(asked.query, asked.viewer.on)
    line = imported_line(deal)
    return Origin(
        _("Where this row comes from"),
        deal_name(deal),
        [
            *_facts(deal, asked.viewer.organization.currency),
            *_credits(deal),
            *(_credits_then(deal, as_of) if as_of else []),
        ],
        [(_("Source"), deal.source), (_("Id"), deal.external_id), *line_pairs(line)],
        line.texts if line else [],
        no_line_words(line),
        _events(changes_of(deal)),
        [*back(asked), Action(_("Open the deal"), deal_href(deal), "deals", "primary")],
        asked.full_path,
    )


def lead_origin(asked: Asked, lead_id: int) -> Origin:
    """A lead behind a figure. Raises: ObjectDoesNotExist for what is out of sight. Three queries."""
    lead = leads.visible(asked.viewer).select_related("owner", "opportunity", "batch__created_by").get(pk=lead_id)
    line = imported_line(lead)
    facts = [
        (_("Owner"), str(lead.owner or lead.owner_text or _("Nobody"))),
        (_("Lead source"), lead.lead_source),
        (_("Created"), formats.day(lead.created_on)),
        (_("Became a customer"), formats.day(lead.converted_on) if lead.is_converted else _("not yet")),
        (_("By the deal"), str(lead.opportunity or "")),
    ]
    deal = lead.opportunity
    open_deal = [Action(_("Open the deal"), deal_href(deal), "deals", "primary")] if deal else []
    return _origin(asked, lead.name or lead.external_id, facts, lead, line, open_deal)


def activity_origin(asked: Asked, activity_id: int) -> Origin:
    """An activity behind a figure. Raises: ObjectDoesNotExist for what is out of sight. Three queries."""
    found = activities.visible(asked.viewer).select_related("person", "opportunity", "account", "batch__created_by")
    activity = found.get(pk=activity_id)
    facts = [
        (_("Person"), str(activity.person or activity.person_text or _("Nobody"))),
        (_("Type"), str(activity.get_type_display())),
        (_("Happened"), formats.moment(activity.occurred_at)),
        (_("Deal"), str(activity.opportunity or activity.opportunity_text)),
        (_("Account"), str(activity.account or activity.account_text)),
    ]
    deal = activity.opportunity
    open_deal = [Action(_("Open the deal"), deal_href(deal), "deals", "primary")] if deal else []
    words = activity.subject or str(activity.get_type_display()).capitalize()
    return _origin(asked, words, facts, activity, imported_line(activity), open_deal)


def _origin(
    asked: Asked, label: str, facts: Pairs, fact: Lead | Activity, line: Line | None, actions: list[Action]
) -> Origin:
    """What is alike for leads and activities: they change by files only, and the last one is told."""
    return Origin(
        _("Where this row comes from"),
        label,
        facts,
        [(_("Source"), fact.source), (_("Id"), fact.external_id), *line_pairs(line)],
        line.texts if line else [],
        no_line_words(line),
        [Event(fact.updated_at, _("As it stands"), "", line_author(line))],
        [*back(asked), *actions],
        asked.full_path,
    )


def line_author(line: Line | None) -> str:
    """Whose file said so."""
    if line is None:
        return _("in the product")
    who = line.batch.created_by.name if line.batch.created_by else _("a command")
    return _("%(who)s, by the file %(file)s") % {"who": who, "file": line.batch.file_name}


def back(asked: Asked) -> list[Action]:
    """To the figure it was opened from, where the address says which."""
    if not asked.query.get("metric"):
        return []
    href = links.same_page(links.page("metrics:why"), asked.query)
    return [Action(_("Back to the number"), href, "chevron-left", is_drawer=True)]


def line_pairs(line: Line | None) -> Pairs:
    """File, line, and who imported it when."""
    if line is None:
        return []
    batch = line.batch
    who = batch.created_by.name if batch.created_by else _("a command")
    return [
        (_("File"), batch.file_name),
        (_("Line"), formats.number(line.number)),
        (_("Imported"), f"{formats.moment(batch.applied_at or batch.created_at)}, {who}"),
        (_("Import"), formats.number(batch.pk)),
    ]


def no_line_words(line: Line | None) -> str:
    """Why there is no line to show."""
    if line is None:
        return _("This row was not imported from a file.")
    return "" if line.texts else _("The line itself is kept no longer.")


def _facts(deal: Opportunity, currency: str) -> Pairs:
    owner = str(deal.owner) if deal.owner else deal.owner_text or _("Nobody")
    amount = formats.money(deal.amount, deal.currency)
    if deal.currency != currency and deal.converted_amount is not None:
        amount = f"{amount} = {formats.money(deal.converted_amount, currency)}"
    return [
        (_("Owner"), owner),
        (_("Stage"), str(deal.stage)),
        (_("Amount"), amount),
        (_("Created"), formats.day(deal.created_on)),
        (_("Closes") if deal.outcome == Outcome.OPEN else _("Closed"), formats.day(deal.closed_on)),
    ]


def _credits(deal: Opportunity) -> Pairs:
    """Who gets which share and why, where it is not simply the owner's."""
    found = [credit for credit in credits_of(deal) if not credit.is_default]
    pairs = []
    for credit in found:
        who = credit.person.name if credit.person else credit.name or _("the house")
        why = credit_words(credit, deal)
        pairs.append((_("Credit"), f"{who}, {share_words(credit.share)}{f' ({why})' if why else ''}"))
    return pairs


def _credits_then(deal: Opportunity, day: date) -> Pairs:
    """Who was credited on the day that a figure looks back to."""
    label = _("Credit on %(day)s") % {"day": formats.day(day)}
    found = shares_then(deal, day)
    pairs = []
    for each in found:
        who = each.person.name if each.person else _("the house")
        why = _("outside team totals") if each.is_overlay else ""
        pairs.append((label, f"{who}, {share_words(each.share)}{f' ({why})' if why else ''}"))
    if all(each.is_overlay for each in found):
        return [(label, _("The owner of then, all of it")), *pairs]
    return pairs


def _events(changes: Sequence[OpportunityChange]) -> list[Event]:
    """Each change with what is different from the one before, and by whom."""
    events = []
    for change, before in zip(changes, [*changes[1:], None], strict=True):
        events.append(
            Event(
                change.recorded_at,
                _("First known") if before is None else _("Changed"),
                " · ".join(_differences(change, before)),
                _by_whom(change),
                tone=TONES[Outcome(change.outcome)],
            )
        )
    return events


def _differences(change: OpportunityChange, before: OpportunityChange | None) -> list[str]:
    def words(item: OpportunityChange) -> list[tuple[str, str]]:
        return [
            (_("Stage"), str(item.stage)),
            (_("Amount"), formats.money(item.amount, item.currency)),
            (_("Closes"), formats.day(item.closed_on)),
            (_("Owner"), str(item.owner or _("Nobody"))),
        ]

    if before is None:
        return [f"{label}: {text}" for label, text in words(change)]
    return [
        f"{label}: {text} → {after}"
        for (label, text), (_label, after) in zip(words(before), words(change), strict=True)
        if text != after
    ]


def _by_whom(change: OpportunityChange) -> str:
    return line_author(None if change.batch is None else Line(change.batch, 0, []))
