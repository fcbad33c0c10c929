"""Keys: what is kept of them, what opens, and who makes them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from people.models import ApiKey, AuditEntry, Person, User
from people.services.api_key import api_key_create, api_key_revoke
from people.wall import tenant
from tests.api.calls import SCOPES, Program, make_key, problem_of, program
from tests.cast import NOW, Cast

ME = "/api/v1/me"


def test_a_key_speaks_for_its_person_in_its_organization(cast: Cast) -> None:
    found = program(cast, "bob", ["people:read"]).get(ME).json()
    assert (found["organization"]["slug"], found["person"]["name"]) == ("acme", "Bob Brand")
    assert (found["roles"], found["scopes"]) == (["manager"], ["people:read"])


def test_only_a_digest_is_kept(cast: Cast) -> None:
    key, text = make_key(cast, "ada")
    secret = text.split("_", 3)[3]
    row = str(ApiKey.objects.filter(pk=key.pk).values().get())
    assert len(secret) > 40 and secret not in row and key.digest in row
    assert not AuditEntry.objects.filter(detail__icontains=secret).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": NOW},
        {"expires_at": NOW},
    ],
    ids=["revoked", "expired"],
)
def test_a_key_that_is_over_opens_nothing(cast: Cast, change: dict[str, object]) -> None:
    key, text = make_key(cast, "ada")
    ApiKey.objects.filter(pk=key.pk).update(**change)
    answer = Program(text).get(ME)
    assert problem_of(answer)["code"] == "not_signed_in"
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_key_that_expires_later_opens(cast: Cast) -> None:
    assert program(cast, "ada", expires_at=timezone.now() + timedelta(days=1)).get(ME).status_code == 200


def test_a_key_of_somebody_who_left_opens_nothing(cast: Cast) -> None:
    caller = program(cast, "carol")
    Person.objects.filter(pk=cast.carol.pk).update(left_on=NOW.date())
    assert caller.get(ME).status_code == 401


def test_a_key_of_somebody_whose_sign_in_is_switched_off_opens_nothing(cast: Cast) -> None:
    caller = program(cast, "carol")
    User.objects.filter(person=cast.carol).update(is_active=False)
    assert caller.get(ME).status_code == 401


def test_a_key_that_is_not_quite_right_opens_nothing(cast: Cast) -> None:
    key, text = make_key(cast, "ada")
    _word, organization, number, secret = text.split("_", 3)
    wrong = [
        text[:-1],
        text + "x",
        f"spm_{cast.other.pk}_{number}_{secret}",
        f"spm_{organization}_{key.pk + 1}_{secret}",
        f"spm_{'9' * 30}_{number}_{secret}",
        f"spm_{organization}_²_{secret}",
        f"spm_{organization}_{number}_",
        "spm__",
        "",
        "é",
        f"xyz_{organization}_{number}_{secret}",
    ]
    assert [each for each in wrong if Program(each or " ").get(ME).status_code != 401] == []
    with_another_word = Client().get(ME, headers={"Authorization": f"Basic {text}"})
    assert with_another_word.status_code == 401


def test_no_key_and_no_session_is_told_how(cast: Cast) -> None:
    answer = Program().get(ME)
    assert answer.status_code == 401
    assert "Bearer spm_" in problem_of(answer)["detail"]


def test_a_wrong_key_is_refused_even_beside_a_session(cast: Cast) -> None:
    assert cast.client("ada").get(ME, headers={"Authorization": "Bearer spm_1_1_x"}).status_code == 401


def test_a_key_opens_no_page(cast: Cast) -> None:
    _key, text = make_key(cast, "ada")
    answer = Client().get("/people/", headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_the_use_is_noted_once_a_minute(cast: Cast) -> None:
    key, text = make_key(cast, "ada")
    Program(text).get(ME)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    Program(text).get(ME)
    assert first is not None
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first


def test_a_session_needs_its_csrf_token_to_change_something(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada.user)
    answer = client.post("/api/v1/people", {"name": "New One"}, content_type="application/json")
    assert answer.status_code == 403
    assert problem_of(answer)["code"] == "forbidden"
    token = "a" * 32
    client.cookies["csrftoken"] = token
    answer = client.post(
        "/api/v1/people", {"name": "New One"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201


def test_a_key_needs_no_csrf_token(cast: Cast) -> None:
    _key, text = make_key(cast, "ada")
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})
    assert client.post("/api/v1/people", {"name": "New"}, content_type="application/json").status_code == 201


# --- Who makes them ---------------------------------------------------------------------------------------------------


def test_an_administrator_makes_a_key_and_sees_it_once(cast: Cast) -> None:
    client = cast.client("ada")
    data = {"name": "CRM every night", "person": cast.ada.pk, "scopes": ["facts:read", "facts:write"]}
    answer = client.post("/api-keys/add/", data)
    assert answer.status_code == 200
    [key] = ApiKey.objects.all()
    text = answer.content.decode().split('value="spm_')[1].split('"')[0]
    assert Program(f"spm_{text}").get(ME).json()["scopes"] == ["facts:read", "facts:write"]
    page = client.get("/api-keys/").content.decode()
    assert "CRM every night" in page and key.ending in page and text not in page
    entry = AuditEntry.objects.get(action="api_key_create")
    assert (entry.actor, entry.subject_id) == (cast.ada, key.pk)


def test_nobody_makes_a_key_that_speaks_for_a_colleague_who_signs_in(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="can sign in"):
        api_key_create(viewer=cast.viewer("ada"), name="x", person=cast.alice, scopes=["facts:read"], at=NOW)
    data = {"name": "x", "person": cast.alice.pk, "scopes": ["facts:read"]}
    assert cast.client("ada").post("/api-keys/add/", data).status_code == 422
    assert not ApiKey.objects.exists()


def test_a_key_may_speak_for_a_person_without_a_sign_in(cast: Cast) -> None:
    made = api_key_create(viewer=cast.viewer("ada"), name="x", person=cast.nils, scopes=["facts:read"], at=NOW)
    assert Program(made.text).get(ME).json()["person"]["name"] == "Nils Nord"


@pytest.mark.parametrize("who", ["alice", "bob", "dana", "erin"])
def test_only_administrators_make_and_revoke_keys(cast: Cast, who: str) -> None:
    key, _text = make_key(cast, "ada")
    with pytest.raises(PermissionDenied):
        api_key_create(viewer=cast.viewer(who), name="x", person=cast.people[who], scopes=SCOPES, at=NOW)
    with pytest.raises(PermissionDenied):
        api_key_revoke(viewer=cast.viewer(who), key=key, at=NOW)


def test_a_key_without_scopes_or_that_is_over_already_is_not_made(cast: Cast) -> None:
    common = {"viewer": cast.viewer("ada"), "name": "x", "person": cast.ada, "at": NOW}
    for wrong in [{"scopes": []}, {"scopes": ["everything"]}, {"scopes": ["facts:read"], "expires_at": NOW}]:
        with pytest.raises(ValidationError):
            api_key_create(**common, **wrong)
    data = {"name": "x", "person": cast.ada.pk, "scopes": ["facts:read"], "expires_on": "2020-01-01"}
    assert cast.client("ada").post("/api-keys/add/", data).status_code == 422


def test_a_revoked_key_stays_in_the_list_and_opens_nothing(cast: Cast) -> None:
    key, text = make_key(cast, "ada")
    client = cast.client("ada")
    assert client.post(f"/api-keys/{key.pk}/revoke/").status_code == 302
    assert client.post(f"/api-keys/{key.pk}/revoke/").status_code == 302  # twice is as good as once
    assert AuditEntry.objects.filter(action="api_key_revoke").count() == 1
    assert Program(text).get(ME).status_code == 401
    assert "Revoked" in client.get("/api-keys/").content.decode()


def test_what_a_program_did_says_with_which_key(cast: Cast) -> None:
    key, text = make_key(cast, "ada")
    person = Program(text).post("/api/v1/people", {"name": "Nina New"}).json()
    entry = AuditEntry.objects.get(action="person_create", subject_id=person["id"])
    assert (entry.actor, entry.detail["api_key"]) == (cast.ada, key.pk)


def test_a_key_is_read_behind_the_wall_only(cast: Cast) -> None:
    key, _text = make_key(cast, "ada")
    with tenant(cast.other.pk):
        assert not ApiKey.objects.filter(pk=key.pk).exists()
