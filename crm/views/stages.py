"""Pipelines and their stages: order, outcome, probability."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.stages import PipelineForm, StagesForm, stage_initial
from crm.models import Pipeline, Stage
from crm.policies import stages
from crm.selectors.stages import access_pipeline, pipeline_chosen, pipeline_list, stage_list
from crm.services.stages import pipeline_create, pipeline_delete, pipeline_rename, stage_delete, stages_save
from people.components import Action, Crumb, Tab
from people.forms.base import seen_of
from people.meanwhile import last_seen
from people.views.page import FormPage, act, form_page, viewer_of


@require_http_methods(["GET", "POST"])
def stage_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    stages.require(viewer, "change")
    pipelines = pipeline_list()
    pipeline = pipeline_chosen(pipelines, request.GET.get("pipeline", ""))
    known = stage_list(pipeline) if pipeline else []
    initial = [stage_initial(stage) for stage, _count in known]
    form = StagesForm(request.POST or None, initial=initial, prefix="stage")
    refusal, seen = "", seen_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            moved = stages_save(viewer=viewer, pipeline=pipeline, values=form.values(), at=timezone.now(), seen=seen)
        except ValidationError as error:
            refusal = " ".join(error.messages)
            if getattr(error, "code", "") == "changed_meanwhile":
                seen = last_seen()
        else:
            messages.success(request, _saved(moved))
            return HttpResponseRedirect(_href(pipeline))
    counts = {stage.pk: count for stage, count in known}
    rows = [(one, counts.get(one.initial.get("id"))) for one in form.forms]
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "rows": rows,
        "refusal": refusal,
        "seen": "" if seen is None else str(seen),  # a number would get a thousands separator
        "has_stages": bool(known),
        "tabs": [Tab(item.name, _href(item), item == pipeline) for item in pipelines] if len(pipelines) > 1 else [],
        "actions": _actions(pipeline),
    }
    return render(request, "crm/stage_list.html", context, status=status)


def _href(pipeline: Pipeline | None) -> str:
    here = reverse("crm:stage_list")
    return here if pipeline is None or pipeline.is_default else f"{here}?pipeline={pipeline.pk}"


def _actions(pipeline: Pipeline | None) -> list[Action]:
    actions = [Action(_("Add a pipeline"), reverse("crm:pipeline_create"), "plus")]
    if pipeline is not None:
        actions.append(Action(_("Rename this pipeline"), reverse("crm:pipeline_rename", args=[pipeline.pk]), "edit"))
    if pipeline is not None and not pipeline.is_default:
        away = reverse("crm:pipeline_delete", args=[pipeline.pk])
        confirm = _("The pipeline and its stages go. Deals that are or were in it keep it.")
        actions.append(Action(_("Take this pipeline away"), away, "trash", "quiet", "post", confirm=confirm))
    return actions


@require_http_methods(["GET", "POST"])
def pipeline_create_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    stages.require(viewer, "change")
    here = reverse("crm:stage_list")
    return form_page(
        request,
        FormPage(_("Add a pipeline"), [Crumb(_("Stages"), here), Crumb(_("New"))], here),
        PipelineForm(request.POST or None, viewer=viewer),
        lambda data: pipeline_create(viewer=viewer, name=data["name"], at=timezone.now()),
        _href,
        _("The pipeline is there. Give it its stages."),
    )


@require_http_methods(["GET", "POST"])
def pipeline_rename_view(request: HttpRequest, pipeline_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    pipeline = access_pipeline(viewer, pipeline_id)
    here = _href(pipeline)
    return form_page(
        request,
        FormPage(pipeline.name, [Crumb(_("Stages"), here), Crumb(pipeline.name)], here),
        PipelineForm(request.POST or None, viewer=viewer, initial={"name": pipeline.name}),
        lambda data: pipeline_rename(viewer=viewer, pipeline=pipeline, name=data["name"], at=timezone.now()),
        lambda _done: here,
        _("The pipeline has its new name."),
    )


@require_POST
def pipeline_delete_view(request: HttpRequest, pipeline_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    pipeline = access_pipeline(viewer, pipeline_id)
    return act(
        request,
        reverse("crm:stage_list"),
        _("The pipeline is gone."),
        lambda: pipeline_delete(viewer=viewer, pipeline=pipeline, at=timezone.now()),
    )


@require_POST
def stage_delete_view(request: HttpRequest, stage_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    stages.require(viewer, "change")
    stage = Stage.objects.select_related("pipeline").filter(pk=stage_id).first()
    if stage is None:
        raise Http404
    return act(
        request,
        _href(stage.pipeline),
        _("The stage is gone."),
        lambda: stage_delete(viewer=viewer, stage=stage, at=timezone.now()),
    )


def _saved(moved: int) -> str:
    if not moved:
        return _("The stages are saved.")
    return ngettext(
        "The stages are saved; %(count)s deal changed its outcome.",
        "The stages are saved; %(count)s deals changed their outcome.",
        moved,
    ) % {"count": moved}
