from django.db.models import Count, Q
from django.http import Http404

from crm.models import Pipeline, Stage
from crm.policies import stages
from kernel.row_id import row_id
from people.viewer import Viewer


def pipeline_list() -> list[Pipeline]:
    """Pipelines, the default one first. One query."""
    return list(Pipeline.objects.order_by("-is_default", "name"))


def pipeline_chosen(known: list[Pipeline], text: str) -> Pipeline | None:
    """The pipeline that an address asks for, otherwise the default one; None where there is none yet."""
    by_id = {pipeline.pk: pipeline for pipeline in known}
    return by_id.get(row_id(text) or 0) or (known[0] if known else None)


def access_pipeline(viewer: Viewer, pipeline_id: int) -> Pipeline:
    """The pipeline. Raises: PermissionDenied, Http404. One query."""
    stages.require(viewer, "change")
    found = Pipeline.objects.filter(pk=pipeline_id).first()
    if found is None:
        raise Http404
    return found


def stage_list(pipeline: Pipeline | None) -> list[tuple[Stage, int]]:
    """Stages of a pipeline in order, each with how many deals are in it. One query."""
    in_it = Count("opportunities", filter=Q(opportunities__is_deleted=False))
    found = Stage.objects.filter(pipeline=pipeline).annotate(deals=in_it).order_by("position", "pk")
    return [(stage, stage.deals) for stage in found]
