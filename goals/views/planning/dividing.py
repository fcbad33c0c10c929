"""How the number is divided: settings, the work itself, and taking it back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.plan import DivideForm
from goals.models import PlanVersion
from goals.selectors.planning.jobs import access_plan_job
from goals.selectors.planning.sheet import access_version, months_of
from goals.services.planning.allocating import LARGE, plan_allocate, plan_allocate_start
from goals.services.planning.cells import plan_undo
from goals.services.planning.editing import plan_estimates_take
from goals.services.planning.plans import plan_change
from goals.views.planning.pieces import version_crumbs, version_name
from people.components import Callout, JobProgress
from people.models import Job
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

JOB_STATES = {Job.State.WAITING: "waiting", Job.State.RUNNING: "running", Job.State.DONE: "done"}


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_version", args=[version.pk])


@require_http_methods(["GET", "POST"])
def plan_divide_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    if version.state != PlanVersion.State.DRAFT:
        return HttpResponseRedirect(here(version))
    title = _("Divide the number")
    page = FormPage(
        title,
        version_crumbs(version, title),
        here(version),
        title,
        version_name(version),
        callout=Callout(_("Locked numbers stay as they are"), _("It can be undone until somebody changes a number.")),
    )
    form = DivideForm(request.POST or None, viewer=viewer, version=version, months=len(months_of(version.plan)))
    return form_page(request, page, form, lambda values: _divide(viewer, version, values), lambda href: href)


def _divide(viewer: Viewer, version: PlanVersion, values: dict[str, object]) -> str:
    """Keep the settings and divide: here, or a large plan by a worker; where to go on."""
    row = plan_change(viewer=viewer, version=version, at=timezone.now(), **values)
    if row.lines.count() > LARGE:
        job = plan_allocate_start(viewer=viewer, version=row, at=timezone.now())
        return reverse("goals:plan_job", args=[version.pk, job.pk])
    plan_allocate(viewer=viewer, version=row, organization=viewer.organization, on=viewer.on, at=timezone.now())
    return here(version)


@require_GET
def plan_job_view(request: HttpRequest, version_id: int, job_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    job = access_plan_job(version, job_id)
    if job.state == Job.State.DONE:
        answer = HttpResponseRedirect(here(version))
        return HttpResponse(headers={"HX-Redirect": here(version)}) if request.headers.get("HX-Request") else answer
    progress = JobProgress(
        _("Divide the number"),
        JOB_STATES.get(Job.State(job.state), "failed"),  # type: ignore[arg-type]
        job.done,
        job.total,
        job.error or job.step,
        request.path,
    )
    context = {
        "title": version_name(version),
        "crumbs": version_crumbs(version),
        "job": progress,
        "back": here(version),
    }
    return render(request, "goals/plan_job.html", context)


@require_POST
def plan_undo_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        here(version),
        _("The numbers are what they were before."),
        lambda: plan_undo(viewer=viewer, version=version, at=timezone.now()),
    )


@require_POST
def plan_estimates_take_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        here(version),
        _("The estimates are the numbers of these people now, and locked. Divide again to spread the rest."),
        lambda: plan_estimates_take(viewer=viewer, version=version, at=timezone.now()),
    )
