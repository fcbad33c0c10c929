"""Goals from the lines of a sheet: all of them are set, or none and what is wrong by line."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from goals.models import Goal, Measured
from goals.selectors.figures import goal_metrics
from goals.selectors.limits import filters_resolve
from goals.services.goals import goal_create
from kernel.row_id import row_id
from people.models import Person, Team
from people.viewer import Viewer

COLUMNS = ("person", "team", "name", "metric", "target", "from", "to")
OPTIONAL = ("baseline", "commit", "stretch", "unit", "direction", "cadence", "specific", "relevant", "filter")


class SheetRefused(Exception):
    """Nothing was set; what is wrong by line, the heading being line 1."""

    def __init__(self, errors: Mapping[int, ValidationError]) -> None:
        super().__init__(f"{len(errors)} lines")
        self.errors = errors


@transaction.atomic
def sheet_apply(
    *, viewer: Viewer | None, lines: Sequence[Mapping[str, str | None]], at: datetime, is_dry: bool = False
) -> int:
    """Set a goal for each line; how many. Raises: SheetRefused."""
    errors: dict[int, ValidationError] = {}
    if not lines:
        raise SheetRefused({1: ValidationError(_("There is no line below the heading."))})
    unknown = sorted(str(name) for name in set(lines[0]) - {*COLUMNS, *OPTIONAL})
    if unknown:
        known = ", ".join([*COLUMNS, *OPTIONAL])
        text = _("There is no column “%(name)s”. Known: %(known)s.") % {"name": unknown[0], "known": known}
        raise SheetRefused({1: ValidationError(text)})
    for number, line in enumerate(lines, start=2):
        try:
            with transaction.atomic():
                goal_create(viewer=viewer, at=at, **_values({key: (text or "").strip() for key, text in line.items()}))
        except ValidationError as error:
            errors[number] = error
        except PermissionDenied as error:
            errors[number] = ValidationError(str(error))
    if errors:
        raise SheetRefused(errors)
    if is_dry:
        transaction.set_rollback(True)
    return len(lines)


def _values(line: Mapping[str, str]) -> dict[str, Any]:
    """What a line means. Raises: ValidationError by column."""
    metric = goal_metrics().get(line.get("metric", ""))
    if line.get("metric") and metric is None:
        known = ", ".join(goal_metrics())
        raise ValidationError({"metric": _("There is no such metric. Known: %(known)s.") % {"known": known}})
    values: dict[str, Any] = {
        **_holder(line),
        "name": line.get("name", ""),
        "kind": Measured.Kind.METRIC if metric else Measured.Kind.MANUAL,
        "metric": metric.name if metric else "",
        "target": _number(line, "target"),
        "baseline": _number(line, "baseline"),
        "commit_value": _number(line, "commit"),
        "stretch_value": _number(line, "stretch"),
        "starts_on": _day(line, "from"),
        "ends_before": _day(line, "to"),
        "specific": line.get("specific", ""),
        "relevant": line.get("relevant", ""),
    }
    if not values["name"] or len(values["name"]) > 200:
        raise ValidationError({"name": _("Give it a name of 200 characters at most.")})
    if values["target"] is None:
        raise ValidationError({"target": _("Enter what is to be reached.")})
    if metric and line.get("filter"):
        pairs = [each.partition("=") for each in line["filter"].split(";") if each.strip()]
        values["filters"] = filters_resolve(metric, [(by.strip(), text.strip()) for by, _sign, text in pairs])
    for column, choices in (("unit", Goal.Unit), ("direction", Goal.Direction), ("cadence", Goal.Cadence)):
        if line.get(column):
            values[column] = _choice(line[column], column, choices)
    return values


def _holder(line: Mapping[str, str]) -> dict[str, Any]:
    person, team = line.get("person", ""), line.get("team", "")
    if bool(person) == bool(team):
        raise ValidationError({"person": _("Name a person or a team.")})
    if team:
        return {"team": _one("team", list(Team.objects.filter(name__iexact=team)[:2]), team)}
    if person.startswith("id:"):
        people = Person.objects.filter(pk=row_id(person[3:]) or 0)
    else:
        people = Person.objects.filter(Q(name__iexact=person) | Q(email__iexact=person) | Q(user__email__iexact=person))
    return {"person": _one("person", list(people[:2]), person)}


def _one(name: str, found: Sequence[Any], text: str) -> Any:
    if len(found) != 1:
        words = _("Several are called “%(text)s”; write id:NUMBER.") if found else _("Nothing is called “%(text)s”.")
        raise ValidationError({name: words % {"text": text}})
    return found[0]


def _number(line: Mapping[str, str], column: str) -> Decimal | None:
    text = line.get(column, "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > Decimal(10) ** 13:
        raise ValidationError({column: _("“%(text)s” is no number; write it as 1234.5.") % {"text": text}})
    return value


def _day(line: Mapping[str, str], column: str) -> date:
    try:
        return date.fromisoformat(line.get(column, ""))
    except ValueError as error:
        raise ValidationError({column: _("Write the day as 2026-04-01.")}) from error


def _choice(text: str, column: str, choices: Any) -> str:
    if text.lower() not in choices.values:
        known = ", ".join(choices.values)
        raise ValidationError({column: _("“%(text)s” is none of %(known)s.") % {"text": text, "known": known}})
    return text.lower()
