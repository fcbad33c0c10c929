"""Issue quota letters in bulk: choose the period, see what everybody's letter says, have a worker issue them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.models.quota import Measure
from goals.forms.letters import LetterIssueForm, LetterPeriodForm
from goals.letter_policies import letters
from goals.selectors.letters import Proposal, letter_proposals
from goals.services.letters import letters_issue_start
from goals.services.letters.document import adjustment_words
from goals.services.letters.issuing import KIND
from goals.views.letters import letters_crumb
from kernel.period import Grain, Period
from people import formats
from people.components import Cell, Column, Crumb, Empty, JobProgress, PersonChip, Row, Status, Table
from people.fiscal import calendar_of
from people.models import Job
from people.viewer import Viewer
from people.views.page import FormPage, form_page, viewer_of

DAYS_TO_READ = timedelta(days=14)


@require_http_methods(["GET", "POST"])
def letter_issue(request: HttpRequest) -> HttpResponse:
    """The preview, and the button that issues what is new or changed."""
    viewer = viewer_of(request)
    letters.require(viewer, "issue")
    chooser, period = _chosen(request, viewer)
    proposals = letter_proposals(viewer, period, measure=Measure.BOOKINGS)
    counts = {
        result: sum(each.result == result for each in proposals) for result in ("new", "changed", "same", "problem")
    }
    days = {"starts_on": period.starts_on, "ends_before": period.ends_before}
    form = LetterIssueForm(request.POST or None, viewer=viewer, initial={**days, "due_on": _due(period, viewer.on)})
    page = FormPage(
        _("Issue quota letters"),
        [letters_crumb(), Crumb(_("Issue"))],
        reverse("goals:letter_list"),
        _("Issue %(count)s letters") % {"count": formats.number(counts["new"] + counts["changed"])},
        template="goals/letter_issue.html",
        extra={
            "chooser": chooser,
            "table": _table(proposals),
            "counts": counts,
            "can_issue": bool(counts["new"] + counts["changed"]),
            "reset_href": reverse("goals:letter_issue"),
        },
    )

    def start(values: dict[str, Any]) -> Job:
        wanted = Period(values["starts_on"], values["ends_before"])
        return letters_issue_start(
            viewer=viewer, period=wanted, due_on=values["due_on"], at=timezone.now(), on=viewer.on
        )

    return form_page(
        request, page, form, start, lambda job: reverse("goals:letter_job", kwargs={"job_id": job.pk}), ""
    )  # fmt: skip


def _chosen(request: HttpRequest, viewer: Viewer) -> tuple[LetterPeriodForm, Period]:
    """The days asked for, otherwise the next fiscal quarter."""
    organization = viewer.organization
    calendar = calendar_of(organization)
    following = calendar.next(Grain.QUARTER, calendar.period_of(Grain.QUARTER, viewer.on))
    asked = request.POST if request.method == "POST" else request.GET
    initial = {"starts_on": following.starts_on.isoformat(), "ends_before": following.ends_before.isoformat()}
    form = LetterPeriodForm({name: asked.get(name) or value for name, value in initial.items()})
    if not form.is_valid():
        return form, following
    return form, Period(form.cleaned_data["starts_on"], form.cleaned_data["ends_before"])


def _due(period: Period, on: date) -> date:
    """A day before the period, two weeks ahead where there is time; later where the period has begun."""
    return max(on, min(on + DAYS_TO_READ, period.starts_on - timedelta(days=1)))


def _table(proposals: list[Proposal]) -> Table:
    return Table(
        "proposals",
        _("What the letters say"),
        [
            Column("person", _("Person")),
            Column("total", _("Total"), "number"),
            Column("first", _("By month")),
            Column("adjustments", _("Taken into account")),
            Column("result", _("What happens")),
        ],
        [_row(each) for each in proposals],
        empty=Empty(
            _("Nobody has a quota in these days"), _("Enter or import quotas, or put a plan in force, then come back."), "flag"
        ),
        is_stacked_on_phone=True,
    )  # fmt: skip


def _row(proposal: Proposal) -> Row:
    content = proposal.content
    person = Cell(person=PersonChip(proposal.person.name, is_small=True))
    if proposal.problem:
        words = _("Quotas in several currencies: give each period one currency")
        return Row([person, Cell(), Cell(), Cell(), Cell(status=Status(words, "bad"))])
    currency = content["currency"]
    months = " · ".join(formats.money(Decimal(amount), currency) for _day, amount in content["months"])
    return Row(
        [
            person,
            Cell(text=formats.money(Decimal(content["total"]), currency)),
            Cell(months),
            Cell("; ".join(adjustment_words(*each) for each in content["adjustments"])),
            Cell(status=_status(proposal)),
        ]
    )


def _status(proposal: Proposal) -> Status:
    if proposal.result == "new":
        return Status(_("New letter"), "accent", "plus")
    if proposal.result == "changed":
        return Status(_("Replaces the letter: the quota has changed"), "warn", "refresh")
    return Status(_("Has this letter"), "good")


@require_GET
def letter_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a worker is with issuing."""
    viewer = viewer_of(request)
    letters.require(viewer, "issue")
    job = Job.objects.filter(pk=job_id, kind=KIND).first()
    if job is None or (job.created_by_id != viewer.person.pk and not letters.can(viewer, "terms")):
        raise Http404
    state: Any = "failed" if job.state == Job.State.CANCELLED else job.state
    progress = JobProgress(
        _("Issuing letters"),
        state,
        done=job.done,
        total=job.total,
        detail=job.error,
        poll_href="" if job.is_over else reverse("goals:letter_job", args=[job.pk]),
    )
    context = {
        "job": progress,
        "crumbs": [letters_crumb(), Crumb(_("Issuing"))],
        "list_href": reverse("goals:letter_list"),
    }
    return render(request, "goals/letter_job.html", context)
