"""Deals as rows: what was decided lately, and what needs somebody, with the reason in words."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Opportunity, Outcome
from crm.words import stated_words
from metrics.pages import links
from people import formats
from people.components import Cell, Column, Empty, Row, Status, Table
from people.components.pieces import Tone

SOON = 7  # days before it is due from which a deal is urgent
TONES: dict[Outcome, Tone] = {Outcome.WON: "good", Outcome.LOST: "neutral", Outcome.OPEN: "accent"}


def deal_href(deal: Opportunity) -> str:
    return links.page("crm:deal_detail", deal.pk)


def deal_name(deal: Opportunity) -> str:
    """What people call it: its name, or its customer and product, or its id."""
    if deal.name:
        return deal.name
    account = str(deal.account) if deal.account else deal.account_text
    product = str(deal.product) if deal.product else deal.product_text
    return " · ".join(part for part in (account, product) if part) or deal.external_id


def recent_table(deals: Sequence[Opportunity], currency: str, *, has_owner: bool, empty: Empty) -> Table:
    """Deals with their outcome, amount and day."""
    columns = [Column("deal", _("Deal"))]
    columns += [Column("owner", _("Owner"))] if has_owner else []
    columns += [Column("outcome", _("Outcome")), Column("amount", _("Amount"), "money", currency)]
    columns.append(Column("closed", _("Closed")))
    return Table(
        "recent",
        _("Recently decided"),
        columns,
        [_recent_row(deal, has_owner) for deal in deals],
        empty=empty,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _recent_row(deal: Opportunity, has_owner: bool) -> Row:
    outcome = Outcome(deal.outcome)
    return Row(
        [
            Cell(text=deal_name(deal), detail=deal_detail(deal)),
            *owner_cells(deal, has_owner),
            Cell(status=Status(str(outcome.label).capitalize(), TONES[outcome])),
            amount_cell(deal),
            day_cell(deal.closed_on),
        ],
        href=deal_href(deal),
    )


def pressing_table(deals: Sequence[Opportunity], currency: str, *, on: date, has_owner: bool, empty: Empty) -> Table:
    """Open deals that are past due, or due soon, with the reason in words."""
    columns = [Column("deal", _("Deal"))]
    columns += [Column("owner", _("Owner"))] if has_owner else []
    columns += [Column("why", _("Why")), Column("stage", _("Stage")), Column("amount", _("Amount"), "money", currency)]
    return Table(
        "pressing",
        _("Deals that need attention"),
        columns,
        [_pressing_row(deal, on, has_owner) for deal in deals],
        empty=empty,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _pressing_row(deal: Opportunity, on: date, has_owner: bool) -> Row:
    return Row(
        [
            Cell(text=deal_name(deal), detail=deal_detail(deal)),
            *owner_cells(deal, has_owner),
            Cell(status=due_status(deal, on), detail=formats.day(deal.closed_on)),
            Cell(str(deal.stage)),
            amount_cell(deal),
        ],
        href=deal_href(deal),
    )


def due_status(deal: Opportunity, on: date) -> Status:
    """12 days past due · due today · due in 5 days."""
    assert deal.closed_on is not None
    days = (deal.closed_on - on).days
    if days < 0:
        words = ngettext("%(n)s day past due", "%(n)s days past due", -days) % {"n": formats.number(-days)}
        return Status(words, "bad", "clock")
    if days == 0:
        return Status(_("Due today"), "warn", "clock")
    words = ngettext("Due in %(n)s day", "Due in %(n)s days", days) % {"n": formats.number(days)}
    return Status(words, "warn" if days <= SOON else "neutral", "clock")


def owner_cells(deal: Opportunity, has_owner: bool) -> list[Cell]:
    """Whose it is, where the table says so."""
    return [Cell(text=str(deal.owner or deal.owner_text or _("Nobody")))] if has_owner else []


def amount_cell(deal: Opportunity) -> Cell:
    """What it is worth in the organization's currency, which opens where that came from."""
    if deal.converted_amount is None:
        return Cell(reason=_("Without amount") if deal.amount is None else _("No exchange rate: left out of figures"))
    href = links.page("metrics:deal_origin", deal.pk)
    return Cell(deal.converted_amount, href=href, detail=stated_words(deal), is_drawer=True)


def day_cell(day: date | None) -> Cell:
    """A day that stays on one line."""
    return Cell(text=formats.day(day).replace(" ", "\N{NO-BREAK SPACE}"))


def deal_detail(deal: Opportunity) -> str:
    """Customer and product, as far as the name does not say them already."""
    account = str(deal.account) if deal.account else deal.account_text
    product = str(deal.product) if deal.product else deal.product_text
    name = deal_name(deal)
    return " · ".join(part for part in (account, product) if part and part not in name)
