from celery import current_app, shared_task
from django.utils import timezone

from people.jobs import jobs_are_due, jobs_work
from people.models import Organization
from people.services import erasure, invitation, record
from people.services.moves import moves_due
from people.services.notification import notifications_expire
from people.services.notification_mail import mails_are_due, mails_work
from people.viewer import day_at
from people.wall import tenant

__all__ = ["erasure", "invitation", "record"]  # workers find the kinds of jobs of this app here


@shared_task(name="people.jobs_due", ignore_result=True)
def jobs_due() -> int:
    """Beat's look through all organizations: ring where work waits or its worker has died."""
    rung = 0
    for organization_id in Organization.objects.order_by("pk").values_list("pk", flat=True):
        if jobs_are_due(organization_id, at=timezone.now()):
            current_app.send_task(
                "people.jobs_work", kwargs={"organization_id": organization_id}, retry=False, expires=30
            )
            rung += 1
    return rung


@shared_task(name="people.moves_due", ignore_result=True)
def moves_due_everywhere() -> int:
    """Beat's look through all organizations: deals whose hand-over is due on the organization's day."""
    done = 0
    for organization in Organization.objects.order_by("pk"):
        with tenant(organization.pk):
            done += moves_due(at=timezone.now(), on=day_at(organization, timezone.now()))
    return done


@shared_task(name="people.jobs_work", ignore_result=True)
def jobs_work_task(*, organization_id: int) -> int:
    """The bell: do what is due in one organization."""
    return jobs_work(organization_id)


@shared_task(name="people.records_expire", ignore_result=True)
def records_expire_task() -> int:
    """Beat's broom: files about people whose week is over go, and what was told a year ago."""
    removed = 0
    for organization_id in Organization.objects.order_by("pk").values_list("pk", flat=True):
        with tenant(organization_id):
            removed += record.records_expire(at=timezone.now()) + notifications_expire(at=timezone.now())
    return removed


@shared_task(name="people.notifications_due", ignore_result=True)
def notifications_due() -> int:
    """Beat's look through all organizations: ring where a mail is due, in the morning or after the mail server was down."""
    rung = 0
    for organization_id in Organization.objects.order_by("pk").values_list("pk", flat=True):
        if mails_are_due(organization_id, at=timezone.now()):
            current_app.send_task(
                "people.notifications_mail", kwargs={"organization_id": organization_id}, retry=False, expires=30
            )
            rung += 1
    return rung


@shared_task(name="people.notifications_mail", ignore_result=True)
def notifications_mail(*, organization_id: int) -> int:
    """The bell: send what is due in one organization."""
    return mails_work(organization_id, at=timezone.now())
