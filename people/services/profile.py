"""What everybody decides for themselves."""

from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from people.audit import audit
from people.models import Person, User
from people.personal import marks_lift
from people.viewer import Viewer


@transaction.atomic
def profile_change(*, viewer: Viewer, at: datetime, name: str, locale: str, time_zone: str) -> None:
    """Name as shown, language and time zone; empty means the organization's. Raises: ValidationError."""
    plain = " ".join(name.split())
    if not plain:
        raise ValidationError({"name": _("Write down a name.")})
    if locale and locale not in dict(settings.LANGUAGES):
        raise ValidationError({"locale": _("This language is not there.")})
    if time_zone and time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("Choose a time zone from the list.")})
    person = Person.objects.select_for_update(of=("self",)).get(pk=viewer.person.pk)
    if person.name != plain:
        marks_lift(plain)
        person.name = plain
        person.save(update_fields=["name"])
    User.objects.filter(person=person).update(locale=locale, time_zone=time_zone)
    audit("profile_change", actor=viewer, at=at, subject=person, detail={"locale": locale, "time_zone": time_zone})


@transaction.atomic
def sessions_end(*, viewer: Viewer, at: datetime) -> User:
    """End every open session of one's sign-in; the caller keeps the one at hand alive."""
    User.objects.filter(person=viewer.person).update(session_serial=F("session_serial") + 1)
    audit("sign_in_everywhere_end", actor=viewer, at=at, subject=viewer.person)
    return User.objects.get(person=viewer.person)
