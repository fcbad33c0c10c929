from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from goals.models import Objective
from goals.selectors.objectives import objective_readers, people_asked
from goals.selectors.states import State, objective_states
from goals.services.objectives import objective_check_in, objective_create, objective_publish, objective_withdraw
from kernel.money import decimal_of
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.viewer import day_at


class Command(TenantCommand):
    help = "List company objectives, write, publish, withdraw one, check in on it, or say who has read it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        steps = ["list", "add", "publish", "withdraw", "check-in", "readers"]
        parser.add_argument("what", choices=steps, help="what to do")
        parser.add_argument("id", nargs="?", type=int, help="the objective, as `objectives list` prints it")
        parser.add_argument("--name", help="add: its name")
        parser.add_argument("--description", default="", help="add: why and how")
        parser.add_argument("--owner", help="add: who answers for it (name, e-mail or id:NUMBER)")
        parser.add_argument(
            "--metric", default="", help="add: a metric of the catalogue; without one its value is entered"
        )
        parser.add_argument("--baseline", type=decimal_of, help="add: where it stands at the start")
        parser.add_argument("--target", type=decimal_of, help="add: what is to be reached; ratios as 0.625")
        parser.add_argument("--unit", default="number", choices=Objective.Unit.values, help="add: of an entered value")
        parser.add_argument("--lower-is-better", action="store_true", help="add: of an entered value")
        parser.add_argument(
            "--rolls-up-by", default="own", choices=Objective.RollUp.values, help="add: where its progress comes from"
        )
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="DAY", help="add: first day")
        parser.add_argument(
            "--to", dest="ends_before", type=date.fromisoformat, metavar="DAY", help="add: end, exclusive"
        )
        parser.add_argument("--value", type=decimal_of, help="check-in: its value")
        parser.add_argument("--confidence", choices=["high", "medium", "low"], default="", help="check-in")
        parser.add_argument("--note", default="", help="check-in")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="the day (default: today)")

    def work(self, *, organization: Organization, **options: Any) -> Any:
        at = timezone.now()
        on = options["on"] or day_at(organization, at)
        if options["what"] == "list":
            return {"objectives": _listed(organization, on)}
        if options["what"] == "add":
            made = objective_create(viewer=None, at=at, **self._values(options))
            return {"objective": made.pk}
        row = Objective.objects.filter(pk=options["id"] or 0).first()
        if row is None:
            raise CommandError("Name the objective by its id, as `objectives list` prints it.")
        if options["what"] == "readers":
            return {"readers": [{"name": each.name, "read_at": each.read_at} for each in objective_readers(row, on)]}
        if options["what"] == "publish":
            objective_publish(viewer=None, objective=row, at=at)
        elif options["what"] == "withdraw":
            objective_withdraw(viewer=None, objective=row, at=at)
        else:
            said = {name: options[name] for name in ("value", "confidence", "note")}
            objective_check_in(viewer=None, objective=row, at=at, on=on, **said)
        return {"objective": row.pk}

    def _values(self, options: dict[str, Any]) -> dict[str, Any]:
        for name, option in (("name", "name"), ("target", "target"), ("starts_on", "from"), ("ends_before", "to")):
            if options[name] is None:
                raise CommandError(f"Say --{option}.", returncode=2)
        names = (
            "name",
            "description",
            "metric",
            "baseline",
            "target",
            "unit",
            "rolls_up_by",
            "starts_on",
            "ends_before",
        )
        return {
            **{name: options[name] for name in names},
            "kind": "metric" if options["metric"] else "manual",
            "direction": "lower" if options["lower_is_better"] else "higher",
            "owner": person_of(options["owner"]) if options["owner"] else None,
        }

    def as_text(self, answer: Any) -> str:
        if "readers" in answer:
            return "\n".join(f"{row['name']}: {row['read_at'] or 'not yet'}" for row in answer["readers"])
        if "objectives" not in answer:
            return super().as_text(answer)
        lines = [
            f"{row['id']:>6}  {row['name']}  {row['value'] or '–'} of {row['target']}  {row['status']}"
            f"  read by {row['read']} of {row['asked']}"
            for row in answer["objectives"]
        ]
        return "\n".join(lines) or "There are no objectives."


def _listed(organization: Organization, on: date) -> list[dict[str, Any]]:
    rows = list(Objective.objects.order_by("starts_on", "name", "pk").prefetch_related("reads"))
    states = objective_states(organization, rows, on)
    here = set(people_asked(on).values_list("pk", flat=True))
    return [_row(row, states[row.pk], here) for row in rows]


def _row(row: Objective, state: State, here: set[int]) -> dict[str, Any]:
    stage = "withdrawn" if row.withdrawn_at else "published" if row.published_at else "draft"
    return {
        "id": row.pk,
        "name": row.name,
        "stage": stage,
        "target": _text(row.target),
        "value": _text(state.value),
        "progress": _text(state.ratio),
        "status": str(state.status),
        "starts_on": row.starts_on.isoformat(),
        "ends_before": row.ends_before.isoformat(),
        "read": len({each.person_id for each in row.reads.all()} & here),
        "asked": len(here),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{round(value, 6).normalize():f}"
