import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from people.models import AuditEntry, Grant, Organization, Person, User
from people.wall import tenant

pytestmark = pytest.mark.django_db
REQUIRED = {"slug": "acme", "name": "Acme Ltd", "admin": "Ada.Abel@Acme.example"}


def create(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("organization_create", stdout=out, stderr=StringIO(), format="json", **{**REQUIRED, **options})
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_printed_sign_in_works() -> None:
    [sign_in] = create()["sign_ins"]
    answer = Client().post("/accounts/login/", {"login": sign_in["login"], "password": sign_in["password"]})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_given_password_is_taken_even_if_it_is_weak() -> None:
    [sign_in] = create(password="secret")["sign_ins"]
    assert sign_in == {"role": "administrator", "login": "ada.abel@acme.example", "password": "secret"}
    assert User.objects.get().check_password("secret")


def test_the_organization_has_its_settings_and_one_administrator() -> None:
    create(currency="eur", fiscal_year_start=7, time_zone="Europe/Berlin")
    organization = Organization.objects.get()
    assert (organization.currency, organization.fiscal_year_start, organization.time_zone) == (
        "EUR",
        7,
        "Europe/Berlin",
    )
    with tenant(organization.pk):
        assert Person.objects.get().name == "Ada Abel"
        assert Grant.objects.get().role == "administrator"
        assert AuditEntry.objects.get().action == "organization_create"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"slug": "Not a slug"}, "slug: "),
        ({"name": ""}, "name: "),
        ({"admin": "ada"}, "admin: "),
        ({"currency": "XXL"}, "currency: "),
        ({"time_zone": "Mars/Olympus"}, "time_zone: "),
        ({"fiscal_year_start": 13}, "fiscal_year_start: "),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        create(**options)
    assert refused.value.returncode == 1
    assert not Organization.objects.exists() and not User.objects.exists()


def test_a_second_organization_of_the_name_or_of_the_address_is_refused() -> None:
    create()
    with pytest.raises(CommandError, match="slug: "):
        create(admin="other@acme.example")
    with pytest.raises(CommandError, match="admin: "):
        create(slug="other")
    assert Organization.objects.count() == 1
