"""Stages of the pipeline: order, outcome, probability."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.stages import StagesForm, stage_initial
from crm.models import Stage
from crm.policies import stages
from crm.selectors.stages import stage_list
from crm.services.stages import stage_delete, stages_save
from people.views.page import act, viewer_of


@require_http_methods(["GET", "POST"])
def stage_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    stages.require(viewer, "change")
    known = stage_list()
    initial = [stage_initial(stage) for stage, _count in known]
    form = StagesForm(request.POST or None, initial=initial, prefix="stage")
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            moved = stages_save(viewer=viewer, values=form.values(), at=timezone.now())
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            messages.success(request, _saved(moved))
            return HttpResponseRedirect(reverse("crm:stage_list"))
    counts = {stage.pk: count for stage, count in known}
    rows = [(one, counts.get(one.initial.get("id"))) for one in form.forms]
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "rows": rows, "refusal": refusal, "has_stages": bool(known)}
    return render(request, "crm/stage_list.html", context, status=status)


@require_POST
def stage_delete_view(request: HttpRequest, stage_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    stages.require(viewer, "change")
    stage = Stage.objects.filter(pk=stage_id).first()
    if stage is None:
        raise Http404
    return act(
        request,
        reverse("crm:stage_list"),
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
