"""Issue quota letters: many at once by a worker, each in a transaction of its own, so that it can be broken off anywhere."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models.quota import Measure
from goals import letter_news
from goals.letter_policies import letters
from goals.models import LetterTerms, QuotaLetter
from goals.selectors.letters import Proposal, letter_proposals, terms_text
from goals.services.letters.document import letter_document
from kernel.period import Period
from people.audit import audit
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import Job, Person
from people.pdf import PdfFailed, pdf_store
from people.viewer import Viewer
from people.wall import tenant

State = QuotaLetter.State
KIND = "goals.quota_letters"


@transaction.atomic
def terms_change(*, viewer: Viewer | None, text: str, at: datetime) -> LetterTerms:
    """What stands below letters issued from now on. Raises: PermissionDenied."""
    letters.require(viewer, "terms")
    terms = LetterTerms.objects.create(text=text.strip(), created_by=viewer.person if viewer else None, created_at=at)
    audit("letter_terms_change", actor=viewer, at=at, subject=terms)
    return terms


@transaction.atomic
def letters_issue_start(
    *,
    viewer: Viewer | None,
    period: Period,
    due_on: date,
    at: datetime,
    on: date,
    measure: str = Measure.BOOKINGS,
    person_ids: Iterable[int] | None = None,
) -> Job:
    """Have a worker issue a letter to whoever has none that says the same. Raises: PermissionDenied, ValidationError."""
    letters.require(viewer, "issue")
    due_check(period, due_on, on)
    found = letter_proposals(viewer, period, measure=measure, person_ids=person_ids)
    wanted = [each.person.pk for each in found if each.result in ("new", "changed")]
    if not wanted:
        raise ValidationError(_("Everybody with a quota in these days has a letter that says so."), code="nothing")
    arguments = {
        "persons": wanted,
        "measure": measure,
        "days": [period.starts_on.isoformat(), period.ends_before.isoformat()],
        "due_on": due_on.isoformat(),
    }
    actor = viewer.person if viewer else None
    job = job_start(kind=KIND, arguments=arguments, created_by=actor, at=at)
    audit("letters_issue", actor=viewer, at=at, subject="quotaletter", detail={"count": len(wanted), **arguments})
    return job


def due_check(period: Period, due_on: date, on: date) -> None:
    """Letters are acknowledged before their period begins, or soon where it has begun. Raises: ValidationError."""
    if due_on < on:
        raise ValidationError({"due_on": _("This day is over. Choose today or a later one.")})
    if on < period.starts_on <= due_on:
        raise ValidationError({"due_on": _("The letters are to be acknowledged before the period begins.")})
    if due_on >= period.ends_before:
        raise ValidationError({"due_on": _("Choose a day before the period ends.")})


@job_kind(KIND)
def letters_issue_work(run: JobRun) -> dict[str, Any]:
    """Job: one letter after the other; a second attempt finds those that are issued and leaves them."""
    starts_on, ends_before = (date.fromisoformat(day) for day in run.arguments["days"])
    period, persons = Period(starts_on, ends_before), run.arguments["persons"]
    issued = 0
    for number, person_id in enumerate(persons, start=1):
        with tenant(run.organization_id):
            issued += _issue_one(run, period, person_id)
        run.progress(done=number, total=len(persons))
    return {"issued": issued}


def _issue_one(run: JobRun, period: Period, person_id: int) -> int:
    job = Job.objects.select_related("created_by").get(pk=run.job_id)
    Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    [*found] = letter_proposals(None, period, measure=run.arguments["measure"], person_ids=[person_id])
    if not found or found[0].result not in ("new", "changed"):
        return 0
    try:
        letter_issue(
            proposal=found[0],
            period=period,
            measure=run.arguments["measure"],
            due_on=date.fromisoformat(run.arguments["due_on"]),
            issued_by=job.created_by,
            at=job.created_at,
        )
    except PdfFailed as error:
        raise JobRefused(_("The document of a letter could not be made: %(error)s") % {"error": error}) from error
    return 1


def letter_issue(
    *, proposal: Proposal, period: Period, measure: str, due_on: date, issued_by: Person | None, at: datetime
) -> QuotaLetter:
    """One letter with its document; the one before is superseded. Behind the wall, in one transaction. Raises: PdfFailed."""
    person, organization = proposal.person, proposal.person.organization
    letter = QuotaLetter.objects.create(
        person=person,
        measure=measure,
        starts_on=period.starts_on,
        ends_before=period.ends_before,
        due_on=due_on,
        content={**proposal.content, "terms": terms_text()},
        issued_by=issued_by,
        issued_at=at,
        created_at=at,
    )
    document = pdf_store(
        letter_document(letter, organization),
        name=f"quota-letter-{period.starts_on}-{letter.pk}.pdf",
        created_by=issued_by,
        at=at,
    )
    if proposal.current is not None:
        QuotaLetter.objects.filter(pk=proposal.current.pk).update(state=State.SUPERSEDED, replaced_by=letter)
    letter.document, letter.digest, letter.state = document, document.sha256, State.ISSUED
    letter.save(update_fields=["document", "digest", "state"])
    audit("letter_issue", actor=issued_by, at=at, subject=letter, detail={"person": person.pk, "sha256": letter.digest})
    letter_news.letter_issued(letter, at=at)
    return letter
