import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from people.models import Grant, Person
from tests.cast import Cast, make_person


def run(command: str, *arguments: Any, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *map(str, arguments), organization="acme", format="json", stdout=out, **options)
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


def test_the_sign_in_side_has_its_commands(cast: Cast, tmp_path: Path) -> None:
    link = run("invitation_make", person="Nils Nord", email="nils@acme.example", base="https://sales.example/")["link"]
    assert link.startswith("https://sales.example/welcome/")
    assert Client().get(link.removeprefix("https://sales.example")).status_code == 200
    path = tmp_path / "nils.zip"
    assert run("person_record", path, person="Nils Nord")["tables"] > 12
    assert zipfile.is_zipfile(path)
    with pytest.raises(CommandError, match="has left"):
        run("person_erase", person="Nils Nord", name="Nils Nord")
    Person.objects.filter(pk=cast.nils.pk).update(left_on="2020-01-01")
    with pytest.raises(CommandError, match="not the name"):
        run("person_erase", person="Nils Nord", name="Nils")
    assert run("person_erase", person="Nils Nord", name="nils nord")["rows"] >= 1
    assert Person.objects.get(pk=cast.nils.pk).name == f"Erased person {cast.nils.pk}"
