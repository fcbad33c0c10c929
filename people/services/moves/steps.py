"""What one line of a sheet does, in rows and in words. Run inside a savepoint, so trying out is applying."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people import formats
from people.belongings import belongings
from people.engine.moves import JOINS, LEAVES, MANAGER, MOVES, REP, Understood, address_of
from people.frame import role_words
from people.models import (
    BEGINNING,
    FOREVER,
    ActingManager,
    Delegation,
    Grant,
    Person,
    Seat,
    SeatHolding,
    Team,
    TeamClosure,
    TeamPlacement,
)
from people.refusal import refusals
from people.services.grant import administrator_remains, administrators_lock
from people.services.moves.known import Known
from people.services.moves.record import Recorder
from people.viewer import led_seats

LONGEST_NAME = 200  # characters, as of a person
MOST_NAMED = 10  # open deals of a line that are named


@dataclass
class Outcome:
    """What a line comes to: sentences of what happens, what to know, and what stands in the way."""

    number: int
    person_id: int | None = None
    manager_id: int | None = None
    heir_id: int | None = None
    on: date | None = None
    words: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Steps:
    """Applies understood lines one by one; `outcomes` by the number of the line."""

    def __init__(self) -> None:
        self.known = Known()
        self.recorder = Recorder()
        self.outcomes: dict[int, Outcome] = {}
        self._led: list[tuple[Outcome, Team, date]] = []  # where a manager came or went

    def take(self, each: Understood) -> None:
        """One line: done, or undone again with its problems said."""
        outcome = self.outcomes.setdefault(each.line.number, Outcome(each.line.number, on=each.on))
        mark = self.recorder.mark()
        try:
            with refusals():
                {JOINS: self._join, MOVES: self._move, LEAVES: self._leave}[each.what](each, outcome)
                self._hand_over(each, outcome)
        except ValidationError as error:
            self.recorder.forget(mark)
            outcome.words.clear()
            outcome.problems += error.messages
            outcome.person_id = None

    def look_back(self) -> None:
        """After all lines: teams that lost their last manager, or have two."""
        for outcome, team, on in self._led:
            if outcome.problems:
                continue
            leaders = led_seats(on).filter(seat__team=team).select_related("person")
            names = sorted(holding.person.name for holding in leaders)
            values = {"team": team.name, "day": formats.plain(on), "names": ", ".join(names)}
            if not names and not ActingManager.objects.on(on).filter(team=team).exists():
                outcome.warnings.append(_("%(team)s has no manager from %(day)s on.") % values)
            elif len(names) > 1:
                outcome.warnings.append(_("%(team)s then has several managers: %(names)s.") % values)

    # --- joins --------------------------------------------------------------------------------------------------------

    def _join(self, each: Understood, outcome: Outcome) -> None:
        on = _day(each)
        person = self._joiner(each, outcome, on)
        outcome.person_id = person.pk
        if self.known.holding(person, on) is not None:
            raise ValidationError(
                _("%(name)s has a seat on this day already. Write “moves” instead.") % {"name": person.name}
            )
        team = self._team(each, outcome, person, on)
        if team is None:
            raise ValidationError(_("Say which team they join, or who their manager is."))
        self._sit(person, team, each.role or REP, on, outcome)

    def _joiner(self, each: Understood, outcome: Outcome, on: date) -> Person:
        text = each.line.person
        name, address = address_of(text)
        found = self.known.matching(text)
        if len(found) > 1 or (not found and text.casefold().startswith("id:")):
            return self.known.person(text)
        if found:
            return self._come_back(found[0], outcome, on)
        if len(name) > LONGEST_NAME:
            raise ValidationError(_("A name has %(most)s characters at most.") % {"most": LONGEST_NAME})
        if not name:
            raise ValidationError(_("Write the name too: Zoe Zahn <%(address)s>.") % {"address": address})
        namesakes = [person for person in self.known.persons.values() if person.name.casefold() == name.casefold()]
        if address:
            _address_check(address)
        if len(namesakes) == 1 and not namesakes[0].email:
            self.recorder.change(namesakes[0], email=address)
            return self._come_back(namesakes[0], outcome, on)
        person: Person = self.recorder.create(Person(name=name, email=address, hired_on=on))
        self.known.add(person)
        outcome.words.append(
            _("%(name)s is added, hired on %(day)s.") % {"name": person.name, "day": formats.plain(on)}
        )
        if namesakes:
            outcome.warnings.append(_("There is somebody of this name already; this is another person."))
        return person

    def _come_back(self, person: Person, outcome: Outcome, on: date) -> Person:
        if person.left_on is not None and person.left_on <= on and person.has_left(on):
            if person.left_on == on:
                self.recorder.change(person, left_on=None)
            else:
                self.recorder.change(person, hired_on=on)
            outcome.words.append(
                _("%(name)s comes back on %(day)s; earlier figures stay theirs.")
                % {"name": person.name, "day": formats.plain(on)}
            )
        elif person.hired_on is None and not person.holdings.exists():
            self.recorder.change(person, hired_on=on)
        return person

    # --- moves --------------------------------------------------------------------------------------------------------

    def _move(self, each: Understood, outcome: Outcome) -> None:
        on, person = _day(each), self._present(each, outcome)
        holding = self.known.holding(person, on)
        team = self._team(each, outcome, person, on)
        if team is None and holding is not None and each.role:
            team = self.known.teams[holding.seat.team_id]
        if team is None:
            raise ValidationError(_("Say where they move: a team, a manager or a new role."))
        role = each.role or (holding.seat.role if holding and holding.seat.team_id == team.pk else REP)
        if holding is not None and (holding.seat.team_id, holding.seat.role) == (team.pk, role):
            if outcome.words:  # only the team itself moves
                return
            raise ValidationError(
                _("%(name)s sits in %(team)s as %(role)s on this day already.")
                % {"name": person.name, "team": team.name, "role": role_words(role)}
            )
        self._rise(person, on, outcome)
        self._sit(person, team, role, on, outcome)

    # --- leaves -------------------------------------------------------------------------------------------------------

    def _leave(self, each: Understood, outcome: Outcome) -> None:
        on, person = _day(each), self._present(each, outcome)
        if person.hired_on is not None and on < person.hired_on:
            raise ValidationError(_("This is before the hire date."))
        administrators_lock()
        self._rise(person, on, outcome)
        self.recorder.change(person, left_on=on)
        for grant in Grant.objects.filter(person=person, ends_before__gt=on):
            self.recorder.end(grant, on)
            outcome.words.append(
                _("Loses the role “%(role)s” from %(day)s on.")
                % {"role": role_words(grant.role), "day": formats.plain(on)}
            )
        for acting in ActingManager.objects.filter(person=person, ends_before__gt=on):
            self.recorder.end(acting, on)
        involved = Q(manager=person) | Q(delegate=person)
        for delegation in Delegation.objects.filter(involved, ends_before__gt=on):
            self.recorder.end(delegation, on)
        if person.user is not None:
            outcome.words.append(_("Cannot sign in from %(day)s on.") % {"day": formats.plain(on)})
            administrator_remains(on)

    # --- what they share ----------------------------------------------------------------------------------------------

    def _present(self, each: Understood, outcome: Outcome) -> Person:
        on, person = _day(each), self.known.person(each.line.person)
        outcome.person_id = person.pk
        if person.has_left(on):
            assert person.left_on is not None
            raise ValidationError(
                _("%(name)s leaves or left on %(day)s. To take them back write “joins”.")
                % {"name": person.name, "day": formats.plain(person.left_on)}
            )
        return person

    def _team(self, each: Understood, outcome: Outcome, person: Person, on: date) -> Team | None:
        """The team that is named, or that the manager leads; the manager must lead it, or stand above its manager."""
        team = self.known.team(each.line.team) if each.line.team else None
        if not each.line.manager:
            return team
        manager = self.known.person(each.line.manager)
        outcome.manager_id = manager.pk
        if manager.pk == person.pk:
            raise ValidationError(_("Nobody reports to themselves."))
        led = self.known.led_by(manager, on)
        values = {"manager": manager.name, "day": formats.plain(on), "team": team.name if team else ""}
        if not led:
            raise ValidationError(
                _("%(manager)s leads no team on %(day)s. Leave the manager empty, or name somebody who does.") % values
            )
        if team is None:
            return led[0]
        if each.role == MANAGER and team not in led:
            self._place(team, led[0], on, outcome)
        elif each.role != MANAGER and team not in led:
            raise ValidationError(
                _("%(manager)s does not lead %(team)s on %(day)s. Leave the manager or the team empty.") % values
            )
        return team

    def _place(self, team: Team, parent: Team, on: date, outcome: Outcome) -> None:
        """The team stands below `parent` from the day on. Raises: ValidationError for a circle, saying who and when."""
        rows = list(TeamPlacement.objects.filter(team=team, ends_before__gt=on).order_by("starts_on"))
        if rows and rows[0].starts_on <= on and rows[0].parent_id == parent.pk and len(rows) == 1:
            return
        circle = TeamClosure.objects.filter(ancestor=team, descendant=parent, ends_before__gt=on).order_by("starts_on")
        first = circle.first()
        if first is not None:
            raise ValidationError(
                _(
                    "%(team)s would stand below %(parent)s, which itself stands below %(team)s from %(day)s on. "
                    "Choose another manager."
                )
                % {
                    "team": team.name,
                    "parent": parent.name,
                    "day": formats.plain(max(first.starts_on, on)),
                }
            )
        for row in rows:
            self.recorder.end(row, on)
        self.recorder.create(TeamPlacement(team=team, parent=parent, starts_on=on, ends_before=FOREVER))
        outcome.words.append(
            _("%(team)s stands below %(parent)s from %(day)s on.")
            % {"team": team.name, "parent": parent.name, "day": formats.plain(on)}
        )

    def _rise(self, person: Person, on: date, outcome: Outcome) -> None:
        """Whatever seat they hold on the day is vacant from then on; later ones are dropped."""
        rows = (
            SeatHolding.objects.filter(person=person, ends_before__gt=on).select_related("seat").order_by("starts_on")
        )
        for holding in list(rows):
            team, values = self.known.teams[holding.seat.team_id], {"day": formats.plain(on)}
            values |= {"role": role_words(holding.seat.role), "team": team.name}
            if holding.starts_on <= on:
                outcome.words.append(
                    _("Leaves the seat in %(team)s (%(role)s), which is vacant from %(day)s on.") % values
                )
            else:
                values["day"] = formats.plain(holding.starts_on)
                outcome.warnings.append(_("The move to %(team)s planned for %(day)s is dropped.") % values)
            self.recorder.end(holding, on)
            if holding.seat.role == Seat.Role.MANAGER:
                self._led.append((outcome, team, on))

    def _sit(self, person: Person, team: Team, role: str, on: date, outcome: Outcome) -> None:
        """In the seat that has been vacant longest, otherwise in a new one."""
        Team.objects.select_for_update().get(pk=team.pk)
        taken = SeatHolding.objects.filter(ends_before__gt=on).values("seat")
        vacant = Seat.objects.on(on).filter(team=team, role=role).exclude(pk__in=taken)
        seat = vacant.order_by("starts_on", "pk").first()
        values = {"team": team.name, "role": role_words(role), "day": formats.plain(on)}
        if seat is None:
            seat = self.recorder.create(Seat(team=team, role=role, starts_on=on, ends_before=FOREVER))
            outcome.words.append(_("Gets a new seat in %(team)s (%(role)s) from %(day)s on.") % values)
        else:
            outcome.words.append(_("Takes the vacant seat in %(team)s (%(role)s) from %(day)s on.") % values)
        until = person.here_before(on, seat.ends_before)
        self.recorder.create(SeatHolding(seat=seat, person=person, starts_on=on, ends_before=until))
        if role == Seat.Role.MANAGER:
            self._led.append((outcome, team, on))

    def _hand_over(self, each: Understood, outcome: Outcome) -> None:
        """To whom open deals go; without a word a leaver's stay in their name, for the house."""
        on, person = _day(each), self.known.persons[outcome.person_id or 0]
        heir = self.known.person(each.line.heir) if each.line.heir else None
        if heir is not None and heir.pk == person.pk:
            heir = None
        if heir is not None and heir.has_left(on):
            raise ValidationError(_("%(name)s has left by then and cannot take the deals.") % {"name": heir.name})
        outcome.heir_id = heir.pk if heir else None
        rule = self._rule(each, heir, on)
        count = belongings().held([person.pk]).get(person.pk, 0)
        values = {"n": formats.number(count), "heir": heir.name if heir else "", "day": formats.plain(on)}
        if heir is not None:
            words = ngettext(
                "%(n)s open deal goes to %(heir)s on %(day)s.", "%(n)s open deals go to %(heir)s on %(day)s.", count
            )
        elif count and each.what == LEAVES:
            words = ngettext(
                "%(n)s open deal stays in their name; from then on it counts for the house, in no team.",
                "%(n)s open deals stay in their name; from then on they count for the house, in no team.",
                count,
            )
        elif count and each.what == MOVES:
            words = ngettext("%(n)s open deal goes along.", "%(n)s open deals go along.", count)
        else:
            return
        outcome.words.append(words % values)
        if count:
            outcome.words.append(_listed_words(person, count))
        if heir is not None and count:
            outcome.words.append(_("Their credit: %(rule)s.") % {"rule": rule})

    def _rule(self, each: Understood, heir: Person | None, on: date) -> str:
        """Whose the credit of the deals is, in words. Raises: ValidationError for what is no rule."""
        if each.line.rule and heir is None:
            raise ValidationError(_("Say to whom the deals go, or leave the credit of deals empty."))
        return belongings().rule_words(each.line.rule, on)


def _listed_words(person: Person, count: int) -> str:
    """The open deals by name, those due first first."""
    names = [
        f"{each.name} ({formats.day(each.day)})" if each.day else each.name
        for each in belongings().listed(person.pk, MOST_NAMED)
    ]
    more = count - len(names)
    values = {"names": ", ".join(names), "n": formats.number(more)}
    return (_("These are: %(names)s and %(n)s more.") if more > 0 else _("These are: %(names)s.")) % values


def _day(each: Understood) -> date:
    return each.on or BEGINNING


def _address_check(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": address}) from error
