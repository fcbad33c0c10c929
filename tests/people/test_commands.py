import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from people.models import Grant
from tests.cast import Cast, make_person


def run(name: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(name, organization="acme", format="json", stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_an_invited_person_signs_in_with_what_is_printed(cast: Cast) -> None:
    sign_in = run("person_invite", person="Nils Nord", email="nils@acme.example")
    answer = Client().post("/accounts/login/", {"login": sign_in["login"], "password": sign_in["password"]})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"person": "nils nord"}, "email: "),
        ({"person": "alice@acme.example"}, "has a sign-in already"),
        ({"person": "mallory@umbra.example"}, "There is nobody"),
        ({"person": "id:nonsense"}, "There is nobody"),
        ({"person": "Nils Nord", "email": "bob@acme.example"}, "used for a sign-in already"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused(cast: Cast, options: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        run("person_invite", **options)
    assert refused.value.returncode == 1


def test_a_name_of_several_people_is_refused_with_their_ids(cast: Cast) -> None:
    other = make_person("nils nord")
    with pytest.raises(CommandError, match=f"id:{other.pk}"):
        run("grant_give", person="Nils Nord", role="finance")
    assert run("grant_give", person=f"id:{other.pk}", role="finance") == {"person": "nils nord", "role": "finance"}


def test_a_role_is_given_once(cast: Cast) -> None:
    run("grant_give", person="nils nord", role="executive")
    assert Grant.objects.get(person=cast.nils).role == "executive"
    with pytest.raises(CommandError, match="has this role already"):
        run("grant_give", person="nils nord", role="executive")
