"""Organizations and their settings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from kernel.money import MINOR_UNIT_DIGITS
from people.audit import audit
from people.engine.addresses import name_of_address
from people.models import Grant, Organization, Person, User
from people.policies import organizations
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer
from people.wall import tenant

SETTINGS = [
    "name",
    "currency",
    "time_zone",
    "locale",
    "week_start",
    "fiscal_year_start",
    "cycle_start",
    "second_factor_roles",
]
RECOMPUTED = {"cycle_start"}  # settings that every rollup depends on


@dataclass(frozen=True)
class CreatedOrganization:
    organization: Organization
    administrator: Person
    password: str


@transaction.atomic
def organization_create(
    *, slug: str, name: str, admin_email: str, at: datetime, password: str = "", admin_name: str = "", **settings: Any
) -> CreatedOrganization:
    """An empty organization with one administrator; without a password one is made up. Raises: ValidationError."""
    organization = Organization(slug=slug, name=name.strip(), **settings)
    settings_check(organization)
    chosen = password or get_random_string(16)
    user = User(email=admin_email.strip().lower())
    _email_check(user)
    with refusals():
        organization.save()
        user = User.objects.create_user(email=user.email, password=chosen, organization=organization)
    with tenant(organization.pk):
        person = Person.objects.create(name=admin_name or name_of_address(user.email), email=user.email, user=user)
        Grant.objects.create(person=person, role=Grant.Role.ADMINISTRATOR)
        audit("organization_create", actor=None, at=at, subject=organization, detail={"slug": slug})
    return CreatedOrganization(organization, person, chosen)


def _email_check(user: User) -> None:
    try:
        user.clean_fields(exclude=["password", "organization"])
        user.validate_unique(exclude=["organization"])
    except ValidationError as error:
        raise ValidationError({"admin": error.messages}) from error


def settings_check(organization: Organization) -> None:
    """Raises: ValidationError for a field that makes no sense, a currency or a time zone that nobody knows."""
    problems: dict[str, list[str]] = {}
    try:
        organization.full_clean()
    except ValidationError as error:
        problems = error.message_dict
    if organization.currency not in MINOR_UNIT_DIGITS:
        problems["currency"] = [_("“%(code)s” is not a currency code such as USD.") % {"code": organization.currency}]
    if organization.time_zone not in available_timezones():
        problems["time_zone"] = [
            _("“%(name)s” is not a time zone such as Europe/Berlin.") % {"name": organization.time_zone}
        ]
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def organization_change(
    *, viewer: Viewer | None, organization: Organization, at: datetime, has_facts: bool, **settings: Any
) -> Organization:
    """Administrators change settings; the currency stays once facts have amounts in it. Raises: ValidationError."""
    organizations.require(viewer, "change", organization)
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    before = {name: getattr(row, name) for name in SETTINGS}
    changed = {name: value for name, value in settings.items() if name in SETTINGS and before[name] != value}
    if "currency" in changed and has_facts:
        raise ValidationError(
            {
                "currency": _("Amounts are stored in %(currency)s already, so the currency cannot change any more.")
                % {"currency": before["currency"]}
            }
        )
    for name, value in changed.items():
        setattr(row, name, value)
    settings_check(row)
    if changed:
        row.save(update_fields=list(changed))
        detail = {name: [before[name], value] for name, value in changed.items()}
        audit("organization_change", actor=viewer, at=at, subject=row, detail=detail)
    if RECOMPUTED & changed.keys():
        enqueue("pipeline.facts_changed", organization_id=row.pk)
    return row
