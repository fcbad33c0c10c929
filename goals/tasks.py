"""What workers do for goals: remind of check-ins and letters; the kinds of jobs of this app are found here."""

from celery import shared_task
from django.utils import timezone

from goals.services import letters
from goals.services.planning import allocating
from goals.services.reminders import check_ins_remind
from people.models import Organization
from people.viewer import day_at
from people.wall import tenant

__all__ = ["allocating", "check_ins_remind_everywhere", "letters", "letters_due"]


@shared_task(name="goals.check_ins_remind", ignore_result=True)
def check_ins_remind_everywhere() -> int:
    """Beat's look through all organizations: check-ins that are due on the organization's day."""
    told, now = 0, timezone.now()
    for organization in Organization.objects.order_by("pk"):
        with tenant(organization.pk):
            told += check_ins_remind(organization=organization, at=now, on=day_at(organization, now))
    return told


@shared_task(name="goals.letters_due", ignore_result=True)
def letters_due() -> int:
    """Beat's look through all organizations: quota letters whose day is near or over."""
    done, now = 0, timezone.now()
    for organization in Organization.objects.order_by("pk"):
        with tenant(organization.pk):
            done += letters.letters_due(at=now, on=day_at(organization, now))
    return done
