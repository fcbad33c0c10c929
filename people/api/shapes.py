"""What people, teams and seats look like in the API, and what is sent to change them."""

from datetime import date
from typing import Any

from rest_framework import serializers

from people.models import BEGINNING, FOREVER, Grant, Seat


class FromDay(serializers.DateField):
    """The first day; null where something holds from the beginning."""

    def to_representation(self, value: date) -> Any:
        return None if value == BEGINNING else super().to_representation(value)


class EndDay(serializers.DateField):
    """The day after the last one; null where no end is known."""

    def to_representation(self, value: date) -> Any:
        return None if value == FOREVER else super().to_representation(value)


class ReferenceShape(serializers.Serializer[Any]):
    """Something else by id, with its name for readers."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class KeyShape(serializers.Serializer[Any]):
    """What a source calls it."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()


class PersonShape(serializers.Serializer[Any]):
    """A person with the seat and roles of today."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField(help_text="Empty where none is known.")
    hired_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)
    team = serializers.SerializerMethodField()
    role = serializers.ChoiceField(Seat.Role.choices, source="seat_role", allow_null=True, help_text="Of the seat.")
    title = serializers.CharField(source="seat_title", allow_null=True)
    granted_roles = serializers.ListField(
        child=serializers.ChoiceField(Grant.Role.choices), source="granted", help_text="Roles given beside the seat."
    )
    keys = serializers.SerializerMethodField()

    def get_team(self, person: Any) -> ReferenceShape(allow_null=True):  # type: ignore[valid-type]
        return None if person.team_id is None else {"id": person.team_id, "name": person.team_name}

    def get_keys(self, person: Any) -> KeyShape(many=True, allow_null=True):  # type: ignore[valid-type]
        """What sources call the person; null for those who may not change people."""
        keys = self.context.get("keys")
        return None if keys is None else KeyShape(keys.get(person.pk, []), many=True).data


class PersonAdd(serializers.Serializer[Any]):
    """A person without a sign-in."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    hired_on = serializers.DateField(required=False, allow_null=True, default=None)
    is_namesake = serializers.BooleanField(
        required=False, default=False, help_text="True where another person of this name is meant to be added."
    )


class PersonChange(serializers.Serializer[Any]):
    """What changes; what is not sent stays."""

    name = serializers.CharField(max_length=200, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    hired_on = serializers.DateField(required=False, allow_null=True)
    left_on = serializers.DateField(required=False, allow_null=True)


class TeamShape(serializers.Serializer[Any]):
    """A team with its place in the tree on the day asked for."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True, help_text="Null: it stands at the top.")


class TeamAdd(serializers.Serializer[Any]):
    """A team, below another one where a parent is given."""

    name = serializers.CharField(max_length=200)
    parent_id = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )
    starts_on = serializers.DateField(required=False, help_text="From when it stands there; left out: always.")


class TeamChange(serializers.Serializer[Any]):
    """A new name (for the past too), a new place (from a day on), or both."""

    name = serializers.CharField(max_length=200, required=False)
    parent_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    on = serializers.DateField(required=False, help_text="The first day at the new place; left out: today.")


class SeatShape(serializers.Serializer[Any]):
    """A seat with whoever holds it on the day asked for."""

    id = serializers.IntegerField()
    team_id = serializers.IntegerField()
    role = serializers.ChoiceField(Seat.Role.choices)
    title = serializers.CharField()
    starts_on = FromDay(allow_null=True)
    ends_before = EndDay(allow_null=True)
    person = serializers.SerializerMethodField()
    held_since = FromDay(allow_null=True, help_text="Null where it is vacant or held from the beginning.")

    def get_person(self, seat: Any) -> ReferenceShape(allow_null=True):  # type: ignore[valid-type]
        """Null: the seat is vacant."""
        return None if seat.person_id is None else {"id": seat.person_id, "name": seat.person_name}


class SeatAdd(serializers.Serializer[Any]):
    """A seat in a team, vacant unless a person is given."""

    team_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    role = serializers.ChoiceField(Seat.Role.choices, default=Seat.Role.REP)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    starts_on = serializers.DateField(required=False, help_text="Left out: always.")
    person_id = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )


class SeatAssign(serializers.Serializer[Any]):
    """Who holds the seat from which day on."""

    person_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    on = serializers.DateField(required=False, help_text="Left out: today.")


class DayChoice(serializers.Serializer[Any]):
    """From which day on."""

    on = serializers.DateField(required=False, help_text="Left out: today.")


class OrganizationShape(serializers.Serializer[Any]):
    """The settings that answers depend on."""

    slug = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    fiscal_year_start = serializers.IntegerField(help_text="The first month of the fiscal year.")
    week_start = serializers.IntegerField(help_text="1 Monday, 6 Saturday, 7 Sunday.")


class CallerShape(serializers.Serializer[Any]):
    """Who asks, and what is open to them."""

    organization = OrganizationShape()
    person = ReferenceShape()
    roles = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Of the key; null for somebody who is signed in."
    )
    today = serializers.DateField(help_text="The organization's day.")
