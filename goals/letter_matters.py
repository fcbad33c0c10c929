"""Late quota letters on the list of who needs attention."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from goals.letter_policies import letters
from goals.selectors.letters import letters_late
from metrics.matters import Matter, matter_source
from people import formats
from people.models import SeatHolding, TeamClosure
from people.viewer import Viewer


@matter_source
def late_letters(viewer: Viewer, team_id: int | None, on: date) -> Sequence[Matter]:
    """Letters of people in a team and below that are late and in sight; one's own is not one's matter. One query."""
    late = letters_late(on).filter(pk__in=letters.visible(viewer, "remind")).order_by("due_on", "pk")
    if team_id is not None:
        below = TeamClosure.objects.on(on).filter(ancestor=team_id).values("descendant")
        seated = SeatHolding.objects.on(on).filter(person=OuterRef("person"), seat__team__in=below)
        late = late.filter(Exists(seated))
    return [
        Matter(
            letter.person_id,
            letter.person.name,
            _("Quota letter not acknowledged"),
            _("It was to be acknowledged by %(day)s.") % {"day": formats.day(letter.due_on)},
            reverse("goals:letter_detail", args=[letter.pk]),
            _("See the letter"),
        )
        for letter in late
    ]
