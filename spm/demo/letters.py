"""Quota letters and approvals of the demo: Maya's team has its letters, one of them late; changes of quotas wait for somebody.

Everything is done by the services that people use, each on its day. Only one team has letters, however large the company is.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from crm.models import Quota
from crm.models.quota import Measure
from goals.approval_policies import turn
from goals.models import QuotaLetter, QuotaRequest
from goals.selectors.letters import letter_proposals
from goals.services.approvals import approval_chain_change
from goals.services.letters import letter_acknowledge, letter_issue, letters_due, terms_change
from goals.services.quota_requests import quota_request_ask, quota_request_decide
from kernel.period import Grain, Period
from people.fiscal import calendar_of
from people.models import Organization, Person, SeatHolding
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant
from spm.demo import story

TERMS = """The quota is what you are to book in the period; attainment counts won deals on the day they are closed.
Whoever changes team or role in the period gets a new letter."""
CHAIN = ["manager", "executive"]
AHEAD, TIME_TO_READ = timedelta(days=21), timedelta(days=14)  # of the current quarter's letters before it began


class Cast:
    """Who acts, each as of a day."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        wanted = {sign_in.account: sign_in.name for sign_in in story.SIGN_INS}
        found = {person.name: person for person in Person.objects.filter(name__in=wanted.values())}
        self.people = {account: found[name] for account, name in wanted.items() if name in found}

    def viewer(self, who: str | Person, on: date) -> Viewer:
        person = self.people[who] if isinstance(who, str) else who
        return viewer_of_person(person, organization=self.organization, on=on)


def letters_make(organization: Organization, *, at: datetime, on: date) -> None:
    """Letters of this quarter and the next for Maya's team, and changes that wait for Daniel and Helen. Behind its own wall."""
    with tenant(organization.pk):
        cast = Cast(organization)
        if len(cast.people) < len(story.SIGN_INS):
            return
        calendar = calendar_of(organization)
        now = calendar.period_of(Grain.QUARTER, on)
        following = calendar.next(Grain.QUARTER, now)
        team = _team(cast, on)
        _set_up(cast, now, at)
        _agree_with_maya(cast, following, at)
        _this_quarter(cast, team, now, at)
        _next_quarter(cast, team, following, at)
        _wait(cast, team, following, at)
        letters_due(at=at, on=on)


def _team(cast: Cast, on: date) -> list[Person]:
    """Maya and her colleagues, in the order of their places."""
    seat = SeatHolding.objects.on(on).get(person=cast.people["maya"]).seat
    held = SeatHolding.objects.on(on).filter(seat__team=seat.team, seat__role="rep").order_by("person")
    return [each.person for each in held.select_related("person")]


def _set_up(cast: Cast, quarter: Period, at: datetime) -> None:
    """Before the first letters: the steps of approval, and what stands below every letter."""
    moment = _moment(quarter.starts_on - AHEAD, at)
    operations = cast.viewer("priya", moment.date())
    approval_chain_change(viewer=operations, steps=CHAIN, at=moment)
    terms_change(viewer=operations, text=TERMS, at=moment)


def _agree_with_maya(cast: Cast, quarter: Period, at: datetime) -> None:
    """Operations has asked for a higher quota of Maya, and it was approved by all who had to."""
    request = _ask(cast, "priya", cast.people["maya"], quarter, 1, "Two accounts of a leaver go to her", at, 6)
    for days, who, reason in (
        (5, "daniel", "She knows both accounts"),
        (4, "helen", "Fits the year"),
        (3, "sam", "Entered as agreed"),
    ):
        _decide(cast, request, who, reason, at - timedelta(days=days))


def _this_quarter(cast: Cast, team: list[Person], quarter: Period, at: datetime) -> None:
    """Issued before the quarter began; everybody has signed but the one who lets dates pass."""
    issued = _moment(quarter.starts_on - AHEAD, at)
    there = [person for person in team if person.hired_on and person.hired_on < issued.date()]
    letters = _issue(cast, there, quarter, issued)
    name = team[min(story.Part.OVERDUE - 1, len(team) - 1)].name  # one of the first has left
    for place, letter in enumerate(letters):
        if letter.person.name != name:
            _sign(cast, letter, issued + timedelta(days=1 + place % 5, hours=place))


def _next_quarter(cast: Cast, team: list[Person], quarter: Period, at: datetime) -> None:
    """Issued two days ago; two have signed, Maya has not yet."""
    letters = _issue(cast, team, quarter, at - timedelta(days=2))
    for place, letter in enumerate([each for each in letters if each.person != cast.people["maya"]][:2]):
        _sign(cast, letter, at - timedelta(hours=30 - place))


def _wait(cast: Cast, team: list[Person], quarter: Period, at: datetime) -> None:
    """A colleague has asked for less, which waits for Daniel; Daniel for more of another, which waits for Helen."""
    others = [person for person in team if person != cast.people["maya"]]
    if len(others) > 1:
        _ask(cast, others[0], others[0], quarter, -1, "My largest account stops buying in January", at, 1)
        _ask(cast, "daniel", others[1], quarter, 1, "The cycle is getting shorter again", at, 2)


def _issue(cast: Cast, people: list[Person], quarter: Period, at: datetime) -> list[QuotaLetter]:
    due_on = max(at.date(), min(at.date() + TIME_TO_READ, quarter.starts_on - timedelta(days=1)))
    proposals = letter_proposals(None, quarter, measure=Measure.BOOKINGS, person_ids=[person.pk for person in people])
    return [
        letter_issue(
            proposal=proposal,
            period=quarter,
            measure=Measure.BOOKINGS,
            due_on=due_on,
            issued_by=cast.people["priya"],
            at=at,
        )
        for proposal in proposals
        if proposal.result == "new"
    ]


def _sign(cast: Cast, letter: QuotaLetter, at: datetime) -> None:
    viewer = cast.viewer(letter.person, at.date())
    letter_acknowledge(viewer=viewer, letter=letter, name=viewer.person.name, digest=letter.digest, at=at)


def _ask(
    cast: Cast, who: str | Person, whose: Person, quarter: Period, sign: int, reason: str, at: datetime, days: int
) -> QuotaRequest:
    """A tenth more or less of a quota of the quarter, in thousands, so many days ago."""
    quota = Quota.objects.get(person=whose, starts_on__gte=quarter.starts_on, starts_on__lt=quarter.ends_before)
    change = max((quota.amount / 10).quantize(Decimal("1E3")), Decimal(1000))
    moment = at - timedelta(days=days)
    return quota_request_ask(
        viewer=cast.viewer(who, moment.date()),
        quota=quota,
        amount=quota.amount + sign * change,
        reason=reason,
        at=moment,
    )


def _decide(cast: Cast, request: QuotaRequest, who: str, reason: str, at: datetime) -> None:
    viewer = cast.viewer(who, at.date())
    request = QuotaRequest.objects.get(pk=request.pk)
    quota_request_decide(
        viewer=viewer, request=request, step=turn(viewer, request).first, is_approved=True, reason=reason, at=at
    )


def _moment(day: date, at: datetime) -> datetime:
    """A day at the time of `at`."""
    return at + (day - at.date())
