"""Work on a plan that a worker does."""

from django.http import Http404

from goals.models import PlanVersion
from people.models import Job


def access_plan_job(version: PlanVersion, job_id: int) -> Job:
    """A job that divides this version. Raises: Http404. One query."""
    job = Job.objects.filter(pk=job_id, kind="goals.plan_allocate", arguments__version=version.pk).first()
    if job is None:
        raise Http404
    return job
