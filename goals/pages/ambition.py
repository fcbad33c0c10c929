"""How ambitious a target is, in words and numbers: the live help of “Achievable”."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.engine.ambition import Ambition as Word
from goals.forms.goal import LIMITS, decimal_read, entered_number
from goals.policies import goals
from goals.selectors.figures import goal_metrics, limits_of
from goals.selectors.history import Ambition, ambition_of
from goals.selectors.limits import filters_resolve
from goals.words import measure_words
from kernel.period import Grain, Period
from kernel.row_id import row_id
from people import formats
from people.components import Callout, Cell, Column, Row, Table
from people.fiscal import calendar_of
from people.viewer import Viewer


@dataclass(frozen=True)
class AmbitionPanel:
    """What `goals/ambition.html` shows."""

    callout: Callout
    table: Table | None = None


def ambition_panel(viewer: Viewer, query: Mapping[str, str]) -> AmbitionPanel:
    """What the values of the form say so far. Seven queries, more where a median is the measure."""
    metric = goal_metrics().get(query.get("metric", ""))
    if query.get("kind", "metric") != "metric" or metric is None:
        return _say(_("Choose a metric to compare the target with what was reached before."))
    holder = query.get("holder", "")
    kind, _colon, text = holder.partition(":")
    key = row_id(text) or 0
    known = goals.persons(viewer) if kind == "person" else goals.teams(viewer)
    if kind not in ("person", "team") or not known.filter(pk=key).exists():
        return _say(_("Choose whose goal it is."))
    target = entered_number(decimal_read(query.get("target", "").replace(",", "")), metric.unit)
    days = _days(query)
    if target is None or days is None:
        return _say(_("Enter the target and the days to compare it with what was reached before."))
    try:
        limits = [
            (query[f"limit_by{each}"], query.get(f"limit_value{each}", ""))
            for each in LIMITS
            if query.get(f"limit_by{each}")
        ]
        filters = [limit for one in limits for limit in filters_resolve(metric, [one])]
    except ValidationError as error:
        return _say(" ".join(error.messages))
    found = ambition_of(
        viewer.organization,
        metric=metric.name,
        limits=limits_of(filters),
        person_id=key if kind == "person" else None,
        team_id=key if kind == "team" else None,
        starts_on=days.starts_on,
        ends_before=days.ends_before,
        target=target,
        on=viewer.on,
    )
    return _panel(viewer, found, str(metric.unit)) if found else _say(_("There is nothing to compare it with."))


def _days(query: Mapping[str, str]) -> Period | None:
    try:
        first, last = date.fromisoformat(query.get("starts_on", "")), date.fromisoformat(query.get("ends_before", ""))
    except ValueError:
        return None
    is_sane = date(1990, 1, 1) <= first < last <= date(2200, 1, 1) and (last - first).days <= 366 * 5
    return Period(first, last) if is_sane else None


def _say(text: str) -> AmbitionPanel:
    return AmbitionPanel(Callout(_("How ambitious it is"), text, "neutral"))


def _panel(viewer: Viewer, found: Ambition, unit: str) -> AmbitionPanel:
    currency = viewer.organization.currency
    titles = {
        Word.UNKNOWN: (_("Too little is known to compare"), "neutral"),
        Word.MODEST: (_("Within reach"), "good"),
        Word.AMBITIOUS: (_("Ambitious"), "accent"),
        Word.BEYOND: (_("Beyond anything so far"), "warn"),
    }
    title, tone = titles[found.history.word]
    words = [_reached(found)]
    if found.history.middle is not None:
        middle = measure_words(unit, round(found.history.middle, 4), currency)
        best = measure_words(unit, found.history.best, currency)
        words.append(
            _("Half of them brought %(middle)s or more, the best %(best)s.") % {"middle": middle, "best": best}
        )
    if found.peers is not None:
        words.append(_peer_words(found, unit, currency))
    table = Table(
        "ambition",
        _("What was reached before"),
        [Column("days", _("Period")), Column("value", _("Reached"), unit, currency)],
        [Row([Cell(text=_label(viewer, found.grain, period)), Cell(value)]) for period, value in found.periods],
    )
    return AmbitionPanel(Callout(title, " ".join(words), tone), table)  # type: ignore[arg-type]


def _reached(found: Ambition) -> str:
    """ "Reached in 2 of the last 8 quarters." """
    names = {
        Grain.MONTH: ngettext("month", "months", found.history.periods),
        Grain.QUARTER: ngettext("quarter", "quarters", found.history.periods),
        Grain.YEAR: ngettext("year", "years", found.history.periods),
    }
    grain = found.grain
    values = {
        "reached": formats.number(found.history.reached),
        "periods": formats.number(found.history.periods),
        "name": names[grain] if grain in names else _("periods of this length"),
    }
    return _("This was reached in %(reached)s of the last %(periods)s %(name)s with figures.") % values


def _peer_words(found: Ambition, unit: str, currency: str) -> str:
    peers = found.peers
    if peers is None or peers.percentile is None:
        return _("Fewer than five others have figures, so there is no comparison with them.")
    share = Decimal(peers.percentile.numerator) / Decimal(peers.percentile.denominator)
    values = {
        "share": formats.number(share),
        "peers": formats.number(peers.peers),
        "middle": measure_words(unit, round(peers.middle, 4) if peers.middle is not None else None, currency),
    }
    return (
        _("In the last period it would have beaten %(share)s%% of %(peers)s others; half of them brought %(middle)s.")
        % values
    )


def _label(viewer: Viewer, grain: Grain | None, period: Period) -> str:
    if grain is None:
        return f"{formats.plain(period.starts_on)} – {formats.plain(period.last_day)}"
    return calendar_of(viewer.organization).label_of(grain, period)
