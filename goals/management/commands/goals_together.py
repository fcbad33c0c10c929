from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils import timezone

from goals.models import BulkRevision, Goal, GoalTemplate
from goals.selectors.many import people_in
from goals.services.bulk import Rule, bulk_apply, bulk_preview, bulk_undo
from goals.services.carrying import goals_carry
from goals.services.templates import goals_from_template
from kernel.money import decimal_of
from people.management.base import TenantCommand, person_of, team_of
from people.models import Organization, SeatHolding
from people.viewer import day_at

RULES = {"factor": Rule.FACTOR, "add": Rule.AMOUNT, "target": Rule.TARGET}


class Command(TenantCommand):
    help = "Change the targets of many goals, take that back, carry ended goals over, or set goals from a template."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=["revise", "undo", "carry", "use-template"], help="what to do")
        parser.add_argument("id", nargs="?", type=int, help="undo: the change of many targets, as `revise` printed it")
        parser.add_argument("--person", help="goals of somebody (name, e-mail or id:NUMBER)")
        parser.add_argument("--team", help="goals of a team and of everybody who sits in it")
        parser.add_argument("--metric", help="revise: goals on this metric")
        by = parser.add_mutually_exclusive_group()
        by.add_argument("--factor", type=decimal_of, help="revise: multiply targets by")
        by.add_argument("--add", type=decimal_of, help="revise: add to targets; ratios as 0.05")
        by.add_argument("--target", type=decimal_of, help="revise, use-template: the target; ratios as 0.625")
        parser.add_argument("--reason", default="", help="revise: why; every owner reads it")
        parser.add_argument("--dry-run", action="store_true", help="revise: show what would happen")
        parser.add_argument("--template", help="use-template: its name")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="DAY", help="first day")
        parser.add_argument("--to", dest="ends_before", type=date.fromisoformat, metavar="DAY", help="end, exclusive")

    def work(self, *, organization: Organization, **options: Any) -> Any:
        on = day_at(organization, timezone.now())
        steps = {"revise": self._revise, "undo": self._undo, "carry": self._carry, "use-template": self._use}
        return steps[options["what"]](on, options)

    def _revise(self, on: date, options: dict[str, Any]) -> dict[str, Any]:
        given = [(RULES[name], options[name]) for name in RULES if options[name] is not None]
        if not given:
            raise CommandError("Say --factor, --add or --target.", returncode=2)
        rule, value = given[0]
        found = _held(Goal.objects.filter(ends_before__gt=on, withdrawn_at=None), on, options)
        if options["metric"]:
            found = found.filter(metric=options["metric"])
        changes = bulk_preview(viewer=None, rows=list(found.order_by("pk")), rule=rule, value=value)
        rows = [each.goal for each in changes if not each.refusal]
        lines = [
            {"goal": each.goal.pk, "before": each.goal.target, "after": each.target, "refusal": each.refusal}
            for each in changes
        ]
        if options["dry_run"]:
            return {"id": None, "lines": lines}
        versions = {row.pk: row.version for row in rows}
        bulk = bulk_apply(
            viewer=None,
            rows=rows,
            rule=rule,
            value=value,
            reason=options["reason"],
            versions=versions,
            at=timezone.now(),
        )
        return {"id": bulk.pk, "lines": lines}

    def _undo(self, on: date, options: dict[str, Any]) -> dict[str, Any]:
        bulk = BulkRevision.objects.filter(pk=options["id"] or 0).first()
        if bulk is None:
            raise CommandError("Name the change by the id that `goals_together revise` printed.")
        done = bulk_undo(viewer=None, bulk=bulk, at=timezone.now())
        return {"restored": [goal.pk for goal in done.restored], "left": [goal.pk for goal in done.left]}

    def _carry(self, on: date, options: dict[str, Any]) -> dict[str, Any]:
        starts_on, ends_before = _days(options)
        found = _held(Goal.objects.filter(ends_before__lte=starts_on, withdrawn_at=None), on, options)
        rows = found.filter(carried_to=None).order_by("pk")
        done = goals_carry(viewer=None, at=timezone.now(), rows=rows, starts_on=starts_on, ends_before=ends_before)
        return {"goals": [goal.pk for goal in done.goals], "refused": [list(each) for each in done.refused]}

    def _use(self, on: date, options: dict[str, Any]) -> dict[str, Any]:
        starts_on, ends_before = _days(options)
        name = options["template"] or ""
        template = GoalTemplate.objects.filter(name__iexact=name, is_retired=False).first()
        if template is None:
            known = ", ".join(GoalTemplate.objects.filter(is_retired=False).values_list("name", flat=True)[:20])
            raise CommandError(f"There is no template “{name}”. There are: {known or 'none yet'}.")
        if options["team"]:
            people = people_in(team_of(options["team"]), on)
        elif options["person"]:
            people = [person_of(options["person"])]
        else:
            raise CommandError("Say --person or --team.", returncode=2)
        made = goals_from_template(
            viewer=None,
            template=template,
            at=timezone.now(),
            starts_on=starts_on,
            ends_before=ends_before,
            targets=dict.fromkeys(people, options["target"]),
        )
        return {"goals": [goal.pk for goal in made.goals], "refused": [list(each) for each in made.refused]}


def _held(found: Any, on: date, options: dict[str, Any]) -> Any:
    """Of one person, or of a team and everybody in it, where one is named."""
    if options["person"]:
        found = found.filter(person=person_of(options["person"]))
    if options["team"]:
        team = team_of(options["team"])
        seated = SeatHolding.objects.on(on).filter(seat__team=team).values("person")
        found = found.filter(Q(team=team) | Q(person__in=seated))
    return found


def _days(options: dict[str, Any]) -> tuple[date, date]:
    if options["starts_on"] is None or options["ends_before"] is None:
        raise CommandError("Say --from and --to.", returncode=2)
    return options["starts_on"], options["ends_before"]
