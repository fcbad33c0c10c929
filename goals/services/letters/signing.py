"""What becomes of an issued letter: the person acknowledges it, or is reminded."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from goals import letter_news
from goals.letter_policies import letters
from goals.models import LetterAcknowledgement, QuotaLetter
from people.audit import audit
from people.models import SeatHolding, TeamClosure
from people.viewer import Viewer, led_seats

State = QuotaLetter.State
AHEAD = timedelta(days=3)  # the first reminder before the day, the next ones as far apart


@transaction.atomic
def letter_acknowledge(
    *, viewer: Viewer, letter: QuotaLetter, name: str, digest: str, at: datetime
) -> LetterAcknowledgement:
    """The person says they have read this very document. Twice is once. Raises: PermissionDenied, ValidationError."""
    letters.require(viewer, "acknowledge", letter)
    row = QuotaLetter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if row.state == State.SUPERSEDED:
        raise ValidationError(_("This letter was replaced by a newer one. Read and acknowledge that one."), code="over")
    if digest != row.digest:
        raise ValidationError(_("This is not the letter that you have read. Load the page again."), code="changed")
    if row.state == State.ACKNOWLEDGED:
        return LetterAcknowledgement.objects.get(letter=row)
    written = " ".join(name.split())
    if written.casefold() != " ".join(viewer.person.name.split()).casefold():
        words = _("Write your name as it stands in the letter: %(name)s.")
        raise ValidationError({"name": words % {"name": viewer.person.name}})
    done = LetterAcknowledgement.objects.create(
        letter=row, person=viewer.person, name=written, at=at, digest=row.digest
    )
    QuotaLetter.objects.filter(pk=row.pk).update(state=State.ACKNOWLEDGED)
    audit("letter_acknowledge", actor=viewer, at=at, subject=row, detail={"sha256": row.digest})
    return done


@transaction.atomic
def letter_remind(*, viewer: Viewer | None, letter: QuotaLetter, at: datetime, on: date) -> bool:
    """Remind the person, once a day at most; whether it was done. Raises: PermissionDenied, ValidationError."""
    letters.require(viewer, "remind", letter)
    row = QuotaLetter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if row.state != State.ISSUED:
        raise ValidationError(_("Only a letter that waits to be acknowledged is reminded of."), code="not_issued")
    if not letter_news.letter_reminded(row, at=at, on=on):
        return False
    QuotaLetter.objects.filter(pk=row.pk).update(reminded_at=at)
    audit("letter_remind", actor=viewer, at=at, subject=row)
    return True


@transaction.atomic
def letters_due(*, at: datetime, on: date) -> int:
    """Remind of letters whose day is near or over, and tell who leads the late ones, once; how many. Behind the wall."""
    quiet = Q(reminded_at=None) | Q(reminded_at__lte=at - AHEAD)
    near = QuotaLetter.objects.filter(quiet, state=State.ISSUED, due_on__lte=on + AHEAD, ends_before__gt=on)
    done = 0
    for letter in near.select_for_update(of=("self",), skip_locked=True).order_by("pk"):
        done += letter_remind(viewer=None, letter=letter, at=at, on=on)
        if letter.due_on < on:
            letter_news.letter_late(letter, _leaders(letter.person_id, on), at=at)
    return done


def _leaders(person_id: int, on: date) -> list[int]:
    """Who leads the nearest team of a person that somebody else leads. Two queries."""
    seat = SeatHolding.objects.on(on).filter(person=person_id).values("seat__team")
    above = TeamClosure.objects.on(on).filter(descendant__in=seat).order_by("depth").values_list("ancestor", "depth")
    places = dict(above)
    led = led_seats(on).filter(seat__team__in=list(places)).exclude(person=person_id)
    found = sorted((places[team], person) for team, person in led.values_list("seat__team", "person"))
    return [found[0][1]] if found else []
