"""Bells for the recomputation. What is due stands in `DirtyBucket`; a lost message costs seconds."""

from celery import current_app, shared_task

from metrics.models import DirtyBucket
from metrics.services import rollups_recompute
from people.models import Organization
from people.queue import TenantTask
from people.wall import tenant


class OwnTransactions(TenantTask):
    """One transaction per batch, so that a killed worker loses at most one."""

    abstract = True
    opens_tenant = False


@shared_task(name="metrics.recompute", base=OwnTransactions)
def recompute(organization_id: int) -> None:
    rollups_recompute(organization_id=organization_id)


@shared_task(name="metrics.recompute_due", ignore_result=True)
def recompute_due() -> None:
    """Ring for every organization that has marks."""
    for organization_id in Organization.objects.values_list("id", flat=True):
        with tenant(organization_id):
            is_due = DirtyBucket.objects.exists()
        if is_due:
            current_app.send_task("metrics.recompute", kwargs={"organization_id": organization_id}, retry=False)
