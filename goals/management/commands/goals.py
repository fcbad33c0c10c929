import csv
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from goals.models import Goal
from goals.selectors.goals import WHEN, goals_when
from goals.selectors.states import goal_states
from goals.services.follow_up import goal_check_in
from goals.services.reminders import check_ins_remind
from goals.services.sheet import SheetRefused, sheet_apply
from people.management.base import TenantCommand, person_of, refusal_text, team_of
from people.models import Organization
from people.viewer import day_at


class Command(TenantCommand):
    help = "List goals with where they stand, set many from a CSV file, check in, or remind of check-ins that are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=["list", "import", "check-in", "remind"], help="what to do")
        parser.add_argument(
            "file", nargs="?", help="import: CSV with person or team, name, metric, target, from, to, …"
        )
        parser.add_argument("--person", help="list: goals of somebody (name, e-mail or id:NUMBER)")
        parser.add_argument("--team", help="list: goals of a team")
        parser.add_argument("--when", choices=WHEN, default="running", help="list: which goals (default: running)")
        parser.add_argument("--dry-run", action="store_true", help="import: check every line, write nothing")
        parser.add_argument("--goal", type=int, metavar="ID", help="check-in: the goal")
        parser.add_argument("--value", help="check-in: the value, where it is entered")
        parser.add_argument("--confidence", choices=["high", "medium", "low"], default="", help="check-in")
        parser.add_argument("--note", default="", help="check-in: what the team reads")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="the day (default: today)")

    def work(self, *, organization: Organization, **options: Any) -> Any:
        at = timezone.now()
        on = options["on"] or day_at(organization, at)
        if options["what"] == "list":
            return self._list(organization, on, options)
        if options["what"] == "import":
            return self._import(options)
        if options["what"] == "remind":
            return {"told": check_ins_remind(organization=organization, at=at, on=on)}
        return self._check_in(on, options)

    def _list(self, organization: Organization, on: date, options: dict[str, Any]) -> dict[str, Any]:
        found = goals_when(Goal.objects.all(), options["when"], on)
        if options["person"]:
            found = found.filter(person=person_of(options["person"]))
        if options["team"]:
            found = found.filter(team=team_of(options["team"]))
        goals = list(found.select_related("person", "team").order_by("pk"))
        states = goal_states(organization, goals, on)
        return {"on": on.isoformat(), "goals": [_row(goal, states[goal.pk]) for goal in goals]}

    def _import(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["file"]:
            raise CommandError("Name the file.", returncode=2)
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is no text in UTF-8.") from error
        lines = list(csv.DictReader(text.splitlines()))
        try:
            count = sheet_apply(viewer=None, lines=lines, at=timezone.now(), is_dry=options["dry_run"])
        except SheetRefused as refused:
            for number, error in sorted(refused.errors.items()):
                self.stderr.write(f"line {number}: {refusal_text(error)}")
            raise CommandError("Nothing was set.") from refused
        return {"received": len(lines), "created": 0 if options["dry_run"] else count}

    def _check_in(self, on: date, options: dict[str, Any]) -> dict[str, Any]:
        goal = Goal.objects.filter(pk=options["goal"] or 0).first()
        if goal is None:
            raise CommandError("Name the goal: --goal ID, as `goals list` prints it.")
        said = goal_check_in(
            viewer=None,
            goal=goal,
            at=timezone.now(),
            on=on,
            value=_number(options["value"]),
            confidence=options["confidence"],
            note=options["note"],
        )
        return {"goal": goal.pk, "check_in": said.pk}

    def as_text(self, answer: Any) -> str:
        if "goals" not in answer:
            return super().as_text(answer)
        lines = [
            f"{row['id']:>6}  {row['owner']}: {row['name']}  {row['value'] or '–'} of {row['target']}  {row['status']}"
            for row in answer["goals"]
        ]
        return "\n".join(lines) or "There are no such goals."


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        raise ValidationError({"value": f"{text!r} is no number."}) from error


def _row(goal: Goal, state: Any) -> dict[str, Any]:
    holder = goal.person or goal.team
    return {
        "id": goal.pk,
        "owner": holder.name if holder else "",
        "name": goal.name,
        "metric": goal.metric or None,
        "unit": goal.unit,
        "baseline": _text(goal.baseline),
        "target": _text(goal.target),
        "value": _text(state.value),
        "progress": _text(state.ratio),
        "expected": _text(state.expected_ratio),
        "status": str(state.status),
        "starts_on": goal.starts_on.isoformat(),
        "ends_before": goal.ends_before.isoformat(),
        "version": goal.version,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{round(value, 6).normalize():f}"
