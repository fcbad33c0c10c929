"""Every word goes through gettext: the German catalogue is whole, and a pseudo-locale finds what is not translated."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import django
import polib
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.dates import MONTHS as MONTHS_FULL
from django.utils.dates import MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import trans_real

from crm.models import Stage
from goals.models import QuotaLetter
from kernel.money import MINOR_UNIT_DIGITS
from people import formats
from people.models import ApiKey, Invitation, Organization, Person, User
from spm.api import PROBLEMS
from tests.cast import Cast
from tests.languages.catalogue import (
    GERMAN,
    PLACEHOLDER,
    key_of,
    nested_in_f_strings,
    words_of_source,
    write_pseudo_catalogue,
)
from tests.languages.reading import leaks
from tests.metrics.numbers import QUARTER, make_deals
from tests.people.test_profile import save
from tests.test_access import EVERYBODY, TABLE
from tests.world import make_objects

HOMES = {"alice": "/me/", "bob": "/team/", "erin": "/company/", "ada": "/company/", "dana": "/company/"}
MONTHS = ["Jan", "Feb", "Mär", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dez"]
MONTHS += ["Januar", "Februar", "April", "August", "September", "Oktober", "November", "Dezember", "Sep", "Jun", "Jul"]
IMPORTED = {"Won", "files", "deals.csv", "opportunity_id", "deal_stage", "GTX", "Kit", "Overdue", "Undated", "Deal"}
IMPORTED |= {"Renewals", "Segment", "custom_segment", "L-why", "A-why", "alice.zip"}
CODES = {"lines", "name", "scopes", "Ada Abel", "ada@example.com"}  # details of the audit log, a sample in a field
SAMPLES = {"design:gallery", "design:why"}  # they show the parts of pages, with names made up


def forget_catalogues() -> None:
    trans_real._translations = {}
    trans_real._default = None


@pytest.fixture
def catalogue() -> polib.POFile:
    return polib.pofile(str(GERMAN))


@pytest.fixture
def german(tmp_path: Path, settings: Any, catalogue: polib.POFile) -> Iterator[None]:
    """The German catalogue of the checkout as it is now, whatever was compiled before."""
    target = tmp_path / "de" / "LC_MESSAGES"
    target.mkdir(parents=True)
    catalogue.save_as_mofile(str(target / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]
    forget_catalogues()
    yield
    forget_catalogues()


@pytest.fixture
def pseudo_locale(tmp_path: Path, settings: Any) -> Iterator[None]:
    """In the place of German: every word in brackets."""
    write_pseudo_catalogue(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    forget_catalogues()
    yield
    forget_catalogues()


@pytest.fixture
def germans(cast: Cast) -> Cast:
    """The cast, all of whom read German."""
    User.objects.update(locale="de")
    Organization.objects.update(locale="de")  # of whoever has no sign-in yet
    make_deals(cast)
    return cast


def gets(objects: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Name, address, query and row of every page that is read."""
    for name, row in TABLE.items():
        if row.get("method", "get") == "get":
            arguments = {key: objects.get(value, value) for key, value in row.get("arguments", {}).items()}
            data = {key: objects.get(value, value) for key, value in row.get("data", {}).items()}
            yield name, reverse(name, kwargs=arguments), data, row


PLANNED = {
    "New region",
    "New Year",
    "Wales",
    "Rope Ltd",
    "Bob grows",
    "Bob learns",
    "Bookings of the north",
    "More bookings",
} | {
    *("By weight", "Draft", "Grow in the north", "Strategy", "I know how", "Ten demos", "New market"),
    *("Year 2026", "Account executive", "a.csv", "sha256", "Acme", "amount", "name", "USD", "cells", "method", "even"),
    *("season", "quota", "count", "role", "from", "person"),
}


def data_of(cast: Cast) -> set[str]:
    """Names, addresses and codes: what no catalogue holds."""
    names = {*Person.objects.values_list("name", flat=True)} | {team.name for team in cast.teams.values()}
    names |= {person.name for person in cast.people.values()}  # of the other organization too
    names |= {part for name in names for part in name.split()} | {cast.organization.name, cast.other.name}
    stages = set(Stage.objects.values_list("name", flat=True))
    emails = {*User.objects.values_list("email", flat=True), *Invitation.objects.values_list("email", flat=True)}
    codes = {code for codes in PROBLEMS.values() for code in codes} | {*ApiKey.Scope.values} | CODES
    keys = {text for key in ApiKey.objects.all() for text in (key.name, key.ending)}
    digests = set(QuotaLetter.objects.values_list("digest", flat=True))
    initials = {"".join(word[0] for word in name.split()) for name in names}
    return (
        names
        | stages
        | initials
        | set(MONTHS)
        | IMPORTED
        | PLANNED
        | available_timezones()
        | set(MINOR_UNIT_DIGITS)
        | emails
        | codes
        | digests
        | keys
    )


def test_the_german_catalogue_has_every_word_of_the_source_and_no_other(catalogue: polib.POFile) -> None:
    source = words_of_source()
    keys = [key_of(entry) for entry in catalogue if not entry.obsolete]
    known = set(keys)
    assert len(keys) == len(known), "a word stands twice in the catalogue"
    missing = {key: source[key] for key in source.keys() - known}
    assert missing == {}, "manage.py makemessages -l de --no-wrap --no-location, then translate"
    assert sorted(known - source.keys()) == []


def test_no_word_hides_from_the_extraction_in_an_f_string() -> None:
    assert nested_in_f_strings() == []


def test_every_word_has_a_german_one(catalogue: polib.POFile) -> None:
    open_ones = [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]
    assert open_ones == []
    assert not any(entry.fuzzy for entry in catalogue)


def test_no_word_of_ours_takes_the_place_of_a_month_or_a_day_of_the_week(catalogue: polib.POFile) -> None:
    with translation.override("en"):
        names = {str(name) for known in (MONTHS_FULL, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR) for name in known.values()}
    theirs = polib.pofile(str(Path(django.__file__).parent / "conf/locale/de/LC_MESSAGES/django.po"))
    ours, django_s = ({each.msgid: each.msgstr for each in one if not each.msgctxt} for one in (catalogue, theirs))
    assert names & django_s.keys() and {name for name in names & ours.keys() if ours[name] != django_s[name]} == set()


@pytest.mark.usefixtures("german")
def test_every_month_has_its_german_name() -> None:
    with translation.override("de"):
        days = [formats.day(date(2026, month, 3)) for month in range(1, 13)]
    assert [day.removeprefix("3. ").removesuffix(" 2026") for day in days][4:7] == ["Mai", "Jun", "Jul"]


def test_german_words_keep_the_placeholders(catalogue: polib.POFile) -> None:
    broken = []
    for entry in catalogue:
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        if any(set(PLACEHOLDER.findall(form)) != wanted for form in list(forms)[-1:]):
            broken.append(entry.msgid)
        if any(set(PLACEHOLDER.findall(form)) - wanted for form in forms):
            broken.append(entry.msgid)
    assert broken == []


@pytest.mark.usefixtures("pseudo_locale")
def test_no_page_shows_a_word_that_is_not_translated(germans: Cast) -> None:
    objects = make_objects(germans)
    data = data_of(germans)
    found: dict[str, list[str]] = {}
    for name, address, query, row in gets(objects):
        readers = [who for who in ("ada", "bob", "alice", "nobody") if answers_of(row, who) == 200]
        if name in SAMPLES or not readers:
            continue
        client = germans.client(readers[0])
        client.cookies["django_language"] = "de"
        response = client.get(address, query, headers={"accept-language": "de"})
        if "text/html" in response.get("Content-Type", ""):
            found[name] = leaks(response.content.decode(), data)
    assert len(found) > 30
    leaking = [f"{name}: {word}" for name, words in found.items() for word in words]
    assert leaking == [], "\n".join(leaking)


@pytest.mark.usefixtures("pseudo_locale")
@pytest.mark.parametrize("who", ["alice", "bob", "erin"])
def test_no_home_shows_a_word_that_is_not_translated(germans: Cast, who: str) -> None:
    response = germans.client(who).get(HOMES[who], QUARTER)
    assert leaks(response.content.decode(), data_of(germans)) == []


def answers_of(row: dict[str, Any], who: str) -> int:
    return int(row.get(who, row["signed_in"] if who != "nobody" else 302))


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("who", [name for name in EVERYBODY if name not in ("nobody", "mallory")])
def test_german_readers_get_the_pages_of_their_role(germans: Cast, who: str) -> None:
    client = germans.client(who)
    for name, address, query, row in gets(make_objects(germans)):
        if name.startswith(("metrics:", "crm:", "people:", "goals:")) and answers_of(row, who) == 200:
            assert client.get(address, query).status_code == 200, name


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("who", sorted(HOMES))
def test_the_home_speaks_german_with_german_numbers_and_days(germans: Cast, who: str) -> None:
    page = germans.client(who).get(HOMES[who], QUARTER).content.decode()
    assert '<html lang="de"' in page
    assert "Gebuchter Umsatz" in page
    assert "Abschlussquote" in page
    assert "1. Jan" in page
    revenue = {"alice": "6.000", "bob": "6.400"}.get(who, "17.300")
    assert f"{revenue}\N{NO-BREAK SPACE}$" in page
    assert "75,0\N{NO-BREAK SPACE}%" in page or who not in ("alice", "bob")


@pytest.mark.usefixtures("german")
def test_the_sign_in_page_follows_the_browser(client: Client, db: None) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "de"}).content.decode()
    assert "Mit der E-Mail-Adresse und dem Passwort Ihrer Organisation." in page


@pytest.mark.usefixtures("german")
def test_a_german_writes_shares_with_a_decimal_comma(germans: Cast) -> None:
    client = germans.client("ada")
    stage = Stage.objects.get(name_key="late")
    form = client.get(reverse("crm:stage_list")).context["form"]
    values = {field.html_name: field.value() for one in form.forms for field in one}
    values |= {field.html_name: field.value() for field in form.management_form}
    values |= {one.add_prefix("position"): n for n, one in enumerate(form.initial_forms, start=1)}
    row = next(one for one in form.forms if one.initial.get("id") == stage.pk)
    values[row.add_prefix("probability")] = "12,5"
    values = {name: value for name, value in values.items() if value is not None}
    answer = client.post(reverse("crm:stage_list"), values)
    assert answer.status_code == 302, answer.context["form"].errors
    stage.refresh_from_db()
    assert str(stage.probability.normalize()) == "0.125"
    assert 'value="12,5' in client.get(reverse("crm:stage_list")).content.decode()


@pytest.mark.usefixtures("german")
def test_addresses_ids_and_exports_are_not_localised(germans: Cast) -> None:
    client = germans.client("erin")
    export = client.get(reverse("metrics:metric_rows", args=["revenue"]), QUARTER)
    body = export.getvalue().decode() if export.streaming else export.content.decode()
    assert "2026-01-01" in body
    assert "1400.00" in body
    assert "1.400" not in body
    version = client.get(reverse("metrics:version"))
    assert version.status_code in (200, 204)
    with translation.override("de"):
        assert reverse("people:person_detail", args=[12345]).endswith("/12345/")
        assert json.dumps({"id": 12345}) == '{"id": 12345}'


@pytest.mark.usefixtures("german")
def test_the_answer_is_in_the_language_that_was_just_chosen(cast: Cast) -> None:
    alice = cast.client("alice")
    assert "Ihr Profil ist gespeichert." in alice.get(save(alice, locale="de")["Location"]).content.decode()
    assert "Your profile is saved." in alice.get(save(alice)["Location"]).content.decode()
