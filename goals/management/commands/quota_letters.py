from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from goals.models import QuotaLetter
from goals.selectors.letters import letter_proposals
from goals.services.letters import letter_remind, letters_issue_start
from kernel.period import Period, PeriodError
from people.fiscal import calendar_of
from people.jobs import job_work_here
from people.management.base import TenantCommand, person_of
from people.models import Job, Organization
from people.viewer import day_at
from people.wall import tenant

State = QuotaLetter.State


class Command(TenantCommand):
    help = "Quota letters of a period: issue them, list them, remind of those that wait."
    opens_tenant = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=["issue", "list", "remind"])
        parser.add_argument("--period", required=True, help="such as 2027, 2027Q1 or 2027-03 (fiscal)")
        parser.add_argument("--due", type=date.fromisoformat, help="issue: to be acknowledged by this day")
        parser.add_argument("--person", help="only this one: e-mail address, name or id:NUMBER")
        parser.add_argument("--dry-run", action="store_true", help="issue: say what would happen, issue nothing")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        calendar = calendar_of(organization)
        try:
            period = calendar.period(options["period"])
        except PeriodError as error:
            raise CommandError(str(error)) from error
        with tenant(organization.pk):
            ids = [person_of(options["person"]).pk] if options["person"] else None
        if options["what"] == "issue":
            return _issue(organization, period, ids, options)
        with tenant(organization.pk):
            on = day_at(organization, timezone.now())
            return _remind(period, ids, on) if options["what"] == "remind" else _list(period, ids, on)

    def as_text(self, answer: Any) -> str:
        if "letters" not in answer:
            return super().as_text(answer)
        lines = [
            f"{each['state']:<13}{each['due_on']}  {each['total']:>18} {each['currency']}  {each['person']}"
            for each in answer["letters"]
        ]
        return "\n".join(lines) or "no letters"


def _issue(
    organization: Organization, period: Period, ids: list[int] | None, options: dict[str, Any]
) -> dict[str, Any]:
    now = timezone.now()
    on = day_at(organization, now)
    if options["dry_run"]:
        with tenant(organization.pk):
            found = letter_proposals(None, period, measure="bookings", person_ids=ids)
            return {"letters": [_proposed(each) for each in found]}
    if options["due"] is None:
        raise CommandError("Say with --due until when the letters are to be acknowledged.", returncode=2)
    with tenant(organization.pk):
        try:
            job = letters_issue_start(viewer=None, period=period, due_on=options["due"], at=now, on=on, person_ids=ids)
        except ValidationError as error:
            if getattr(error, "code", "") == "nothing":
                return {"issued": 0}
            raise
    done = job_work_here(organization.pk, job.pk)
    if done.state != Job.State.DONE:
        raise CommandError(done.error or "The letters were not issued.")
    return {"issued": done.result["issued"]}


def _proposed(proposal: Any) -> dict[str, Any]:
    content = proposal.content
    return {
        "person": proposal.person.name,
        "state": proposal.result,
        "due_on": "",
        "total": content.get("total", ""),
        "currency": content.get("currency", ""),
        "months": content.get("months", []),
    }


def _rows(period: Period, ids: list[int] | None) -> Any:
    rows = QuotaLetter.objects.filter(starts_on=period.starts_on, ends_before=period.ends_before)
    rows = (
        rows.exclude(state=State.SUPERSEDED).select_related("person", "acknowledgement").order_by("person__name", "pk")
    )
    return rows if ids is None else rows.filter(person__in=ids)


def _list(period: Period, ids: list[int] | None, on: date) -> dict[str, Any]:
    return {
        "letters": [
            {
                "id": letter.pk,
                "person": letter.person.name,
                "state": "late" if letter.state == State.ISSUED and letter.due_on < on else letter.state,
                "due_on": letter.due_on,
                "total": letter.content["total"],
                "currency": letter.content["currency"],
                "months": letter.content["months"],
                "digest": letter.digest,
                "acknowledged_at": letter.acknowledgement.at if hasattr(letter, "acknowledgement") else None,
            }
            for letter in _rows(period, ids)
        ]
    }


def _remind(period: Period, ids: list[int] | None, on: date) -> dict[str, Any]:
    waiting = _rows(period, ids).filter(state=State.ISSUED)
    return {"reminded": sum(letter_remind(viewer=None, letter=each, at=timezone.now(), on=on) for each in waiting)}
