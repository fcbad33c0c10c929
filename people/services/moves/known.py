"""Who and which team the words of a line mean."""

from datetime import date
from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kernel.row_id import row_id
from people.engine.moves import address_of
from people.models import Person, SeatHolding, Team
from people.viewer import led_seats


class Known:
    """People and teams of the organization, read once; people who join are added. Two queries."""

    def __init__(self) -> None:
        self.persons: dict[int, Person] = Person.objects.select_related("user").in_bulk()
        self.teams = {team.pk: team for team in Team.objects.all()}

    def add(self, person: Person) -> None:
        self.persons[person.pk] = person

    def matching(self, text: str) -> list[Person]:
        """Everybody whom an e-mail address, `id:…`, a name, or a name with an address means."""
        if text.casefold().startswith("id:"):
            found = self.persons.get(row_id(text[3:].strip()) or 0)
            return [found] if found else []
        name, address = address_of(text)
        if address:
            return [person for person in self.persons.values() if address in _addresses(person)]
        return [person for person in self.persons.values() if person.name.casefold() == name.casefold()]

    def person(self, text: str) -> Person:
        """The one who is meant. Raises: ValidationError: nobody, or several."""
        found = self.matching(text)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"id:{person.pk}" for person in found)
            raise ValidationError(
                _("Several people are called “%(text)s” (%(ids)s). Write the e-mail address or the id.")
                % {"text": text, "ids": ids}
            )
        raise ValidationError(
            _("There is nobody called “%(text)s”. %(hint)s")
            % {"text": text, "hint": _near(text, [person.name for person in self.persons.values()])}
        )

    def team(self, text: str) -> Team:
        """The team of this name. Raises: ValidationError."""
        for team in self.teams.values():
            if team.name.casefold() == text.casefold():
                return team
        raise ValidationError(
            _("There is no team “%(text)s”. %(hint)s")
            % {
                "text": text,
                "hint": _near(
                    text, [team.name for team in self.teams.values()], _("Check the spelling, or add the team.")
                ),
            }
        )

    def led_by(self, person: Person, on: date) -> list[Team]:
        """Teams whose manager seat the person holds on the day. One query."""
        return [self.teams[key] for key in led_seats(on).filter(person=person).values_list("seat__team", flat=True)]

    def holding(self, person: Person, on: date) -> SeatHolding | None:
        """The seat held on the day. One query."""
        found: SeatHolding | None = SeatHolding.objects.on(on).filter(person=person).select_related("seat").first()
        return found


def _addresses(person: Person) -> set[str]:
    return {person.email.lower(), person.user.email.lower() if person.user else ""} - {""}


def _near(text: str, names: list[str], otherwise: str = "") -> str:
    """Whether one of the names is meant; otherwise what to do."""
    by_folded = {name.casefold(): name for name in names}
    near = [by_folded[name] for name in get_close_matches(text.casefold(), by_folded, n=2, cutoff=0.75)]
    return _("Is it %(names)s?") % {"names": _(" or ").join(near)} if near else otherwise or _("Check the spelling.")
