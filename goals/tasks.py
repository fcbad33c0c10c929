from celery import shared_task
from django.utils import timezone

from goals.services import letters
from goals.services.planning import allocating
from people.models import Organization
from people.viewer import day_at
from people.wall import tenant

__all__ = ["allocating", "letters"]  # workers find the kinds of jobs of this app here


@shared_task(name="goals.letters_due", ignore_result=True)
def letters_due() -> int:
    """Beat's look through all organizations: quota letters whose day is near or over."""
    done, now = 0, timezone.now()
    for organization in Organization.objects.order_by("pk"):
        with tenant(organization.pk):
            done += letters.letters_due(at=now, on=day_at(organization, now))
    return done
