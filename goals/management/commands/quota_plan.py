from argparse import ArgumentParser
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from goals.approval_policies import turn
from goals.approval_subjects import steps_of, waiting
from goals.forms.plan import NumbersField
from goals.models import PlanVersion, QuotaPlan
from goals.models.plan import AllocationMethod, QuotaDays, SeasonMethod
from goals.selectors.planning.sheet import Sheet, sheet_of
from goals.services.planning import plans, states
from goals.services.planning.allocating import plan_allocate
from goals.services.planning.cells import plan_undo
from goals.services.planning.exchange import file_rows, plan_file_read, plan_file_take, sheet_csv, sheet_xlsx
from kernel.money import MoneyError, decimal_of
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.viewer import Viewer, day_at, viewer_of_person

ACTIONS = (
    "list", "create", "allocate", "show", "export", "import", "undo", "copy", "submit", "take-back", "approve", "refuse",
)  # fmt: skip


class Command(TenantCommand):
    help = "Quota plans: make one, divide its number, show it, exchange it with a spreadsheet, approve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("file", nargs="?", help="for export and import: a .csv or .xlsx file")
        parser.add_argument("--plan", metavar="NAME", help="the plan's name")
        parser.add_argument("--version-number", type=int, metavar="N", help="of the plan (default: the latest)")
        parser.add_argument("--from", dest="starts_on", metavar="DAY", help="create: first day, of a month")
        parser.add_argument("--to", dest="ends_before", metavar="DAY", help="create: the day after the last one")
        parser.add_argument("--amount", help="the company's number")
        parser.add_argument("--currency", help="create (default: the organization's)")
        parser.add_argument("--method", choices=AllocationMethod.values, help="how people weigh")
        parser.add_argument("--season", choices=SeasonMethod.values, help="how months weigh")
        parser.add_argument("--season-weights", metavar="LIST", help="own weights of the months: '8; 7; 9; …'")
        parser.add_argument(
            "--over", metavar="LIST", help="over-assignment in %% by level, the company first: '0; 0; 5'"
        )
        parser.add_argument("--ramp", metavar="LIST", help="ramp in %% by month of tenure: '0; 25; 50; 75'")
        parser.add_argument("--step", help="what numbers are rounded to (0: the smallest unit)")
        parser.add_argument(
            "--grain", choices=QuotaDays.values, help="of which days the quotas are that it puts in force"
        )
        parser.add_argument(
            "--person", help="submit, take-back, approve, refuse: who does it; e-mail, name or id:NUMBER"
        )
        parser.add_argument("--reason", default="", help="approve, refuse: why")
        parser.add_argument("--dry-run", action="store_true", help="import: say what would change, and change nothing")

    def work(self, *, organization: Organization, **options: Any) -> Any:
        action = options["action"]
        if action == "list":
            return {"plans": [_plan(plan) for plan in QuotaPlan.objects.prefetch_related("versions").order_by("name")]}
        if not options["plan"]:
            raise CommandError("Name the plan: --plan NAME.", returncode=2)
        if action in ("export", "import") and not options["file"]:
            raise CommandError("Name a file that ends in .csv or .xlsx.", returncode=2)
        with transaction.atomic():
            return getattr(self, f"_{action.replace('-', '_')}")(organization, options)

    def _create(self, organization: Organization, options: dict[str, Any]) -> Any:
        if not (options["starts_on"] and options["ends_before"] and options["amount"]):
            raise CommandError("A plan needs --from, --to and --amount.", returncode=2)
        at = timezone.now()
        version = plans.plan_create(
            viewer=None,
            at=at,
            on=day_at(organization, at),
            name=options["plan"],
            starts_on=_day(options["starts_on"]),
            ends_before=_day(options["ends_before"]),
            currency=options["currency"] or organization.currency,
            **{"amount": Decimal(0), **_settings(options)},
        )
        return _document(sheet_of(version), is_short=True)

    def _allocate(self, organization: Organization, options: dict[str, Any]) -> Any:
        at = timezone.now()
        row = plans.plan_change(viewer=None, version=_version(options), at=at, **_settings(options))
        plan_allocate(viewer=None, version=row, organization=organization, on=day_at(organization, at), at=at)
        return _document(sheet_of(_version(options)), is_short=True)

    def _show(self, organization: Organization, options: dict[str, Any]) -> Any:
        return _document(sheet_of(_version(options)))

    def _export(self, organization: Organization, options: dict[str, Any]) -> Any:
        sheet, path = sheet_of(_version(options)), Path(options["file"])
        data = sheet_xlsx(sheet) if path.suffix.lower() == ".xlsx" else sheet_csv(sheet).encode()
        try:
            path.write_bytes(data)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        return {"file": str(path), "lines": len(sheet.lines)}

    def _import(self, organization: Organization, options: dict[str, Any]) -> Any:
        try:
            data = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        headings, rows = file_rows(options["file"], data)
        version = _version(options)
        if options["dry_run"]:
            _sheet, found = plan_file_read(version, headings, rows)
            return {"changes": len(found.changes), "issues": [issue.to_dict() for issue in found.issues]}
        step = plan_file_take(viewer=None, version=version, headings=headings, rows=rows, seen=None, at=timezone.now())
        return {"changes": len(step.before) if step else 0, "issues": []}

    def _undo(self, organization: Organization, options: dict[str, Any]) -> Any:
        plan_undo(viewer=None, version=_version(options), at=timezone.now())
        return _document(sheet_of(_version(options)), is_short=True)

    def _copy(self, organization: Organization, options: dict[str, Any]) -> Any:
        copy = plans.plan_version_copy(viewer=None, version=_version(options), at=timezone.now())
        return _document(sheet_of(copy), is_short=True)

    def _submit(self, organization: Organization, options: dict[str, Any]) -> Any:
        at = timezone.now()
        on, viewer = day_at(organization, at), _viewer(organization, options, at)
        return _state(states.plan_version_submit(viewer=viewer, version=_version(options), at=at, on=on))

    def _take_back(self, organization: Organization, options: dict[str, Any]) -> Any:
        at = timezone.now()
        viewer = _viewer(organization, options, at)
        return _state(states.plan_version_take_back(viewer=viewer, version=_version(options), at=at))

    def _approve(self, organization: Organization, options: dict[str, Any]) -> Any:
        return _decide(organization, options, is_approved=True)

    def _refuse(self, organization: Organization, options: dict[str, Any]) -> Any:
        return _decide(organization, options, is_approved=False)

    def as_text(self, answer: Any) -> str:
        if "lines" in answer and isinstance(answer["lines"], list):
            lines = [f"{'  ' * line['depth']}{line['name']:30} {line['total']:>18}" for line in answer["lines"]]
            return "\n".join([f"{answer['plan']} {answer['version']} ({answer['state']})", *lines])
        if "plans" in answer:
            return "\n".join(f"{plan['plan']}: {plan['versions']}" for plan in answer["plans"])
        return super().as_text(answer)


def _version(options: dict[str, Any]) -> PlanVersion:
    found = PlanVersion.objects.select_related("plan").filter(plan__name=options["plan"]).order_by("-number")
    if options["version_number"] is not None:
        found = found.filter(number=options["version_number"])
    version = found.first()
    if version is None:
        known = ", ".join(QuotaPlan.objects.order_by("name").values_list("name", flat=True)[:20])
        raise CommandError(f"There is no such plan or version. There are: {known or 'none yet'}.")
    return version


def _viewer(organization: Organization, options: dict[str, Any], at: datetime) -> Viewer | None:
    if not options["person"]:
        return None
    return viewer_of_person(person_of(options["person"]), organization=organization, on=day_at(organization, at))


def _decide(organization: Organization, options: dict[str, Any], *, is_approved: bool) -> dict[str, Any]:
    at = timezone.now()
    viewer, version = _viewer(organization, options, at), _version(options)
    if viewer is None:
        raise CommandError("Say who decides with --person.", returncode=2)
    mine = turn(viewer, version)
    left = waiting(version)
    row = states.plan_version_decide(
        viewer=viewer,
        version=version,
        step=mine.first if mine.may_decide else next(iter(left), 0),
        seen=version.revision,
        is_approved=is_approved,
        reason=options["reason"],
        at=at,
    )
    return _state(row)


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: options[name] for name in ("method", "season", "grain") if options[name]}
    for name, option in (("amount", "amount"), ("step_amount", "step")):
        if options[option] is not None:
            try:
                found[name] = decimal_of(options[option])
            except MoneyError as error:
                raise CommandError(f"--{option}: {error}.", returncode=2) from error
            if found[name] < 0:
                raise CommandError(f"--{option} is zero or more.", returncode=2)
    lists = (("season_weights", "season_weights", 1), ("over_ratios", "over", 100), ("ramp_ratios", "ramp", 100))
    for name, option, scale in lists:
        if options[option] is not None:
            found[name] = NumbersField(most=Decimal(100 if scale > 1 else 10_000), scale=scale).clean(options[option])
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no day; write 2027-01-01.", returncode=2) from error


def _plan(plan: QuotaPlan) -> dict[str, Any]:
    versions = {f"{version.number}": version.state for version in plan.versions.all()}
    return {"plan": plan.name, "from": plan.starts_on, "to": plan.ends_before, "versions": versions}


def _state(version: PlanVersion) -> dict[str, Any]:
    steps, left = steps_of(version), waiting(version)
    return {
        "plan": version.plan.name,
        "version": version.number,
        "state": version.state,
        "waits_for": [{"step": number, "kind": steps[number].kind, "team": steps[number].team_id} for number in left],
    }


def _document(sheet: Sheet, *, is_short: bool = False) -> dict[str, Any]:
    """The sheet; a short one leaves the months out."""
    lines = []
    for line in sheet.lines:
        row: dict[str, Any] = {
            "line": line.id,
            "kind": line.kind,
            "depth": line.depth,
            "name": line.name or "company",
            "team": line.team_name,
            "from": line.days.starts_on.isoformat(),
            "to": line.days.ends_before.isoformat(),
            "locked": line.is_locked,
            "total": f"{sheet.money(line.total):f}",
            "beyond": f"{sheet.money(sum(sheet.gaps.get(line.key, []))):f}",
        }
        if not is_short:
            row["months"] = {
                f"{month.starts_on:%Y-%m}": f"{sheet.money(amount):f}"
                for month, amount in zip(sheet.months, line.amounts, strict=True)
            }
        lines.append(row)
    return {**_state(sheet.version), "revision": sheet.version.revision, "lines": lines}
