"""The pages of a sheet, and its command."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from people.engine.moves import COLUMNS, Line
from people.models import MoveSheet, Organization, Person
from people.services import moves
from people.services.moves import sheet_create
from people.views import moves as views
from tests.cast import NOW, TODAY, Cast

START = "/people/moves/add/"
JOINER = ("Zoe Zahn", "joins", "2026-07-01", "South")


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client("ada")


def grid(sheet: MoveSheet, *rows: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """What the browser sends for these rows."""
    cells = {
        f"line-{place}-{column}": cell
        for place, row in enumerate(rows)
        for column, cell in zip(COLUMNS, row, strict=False)
    }
    return {"version": sheet.version, "count": len(rows), **cells, **more}


def draft(*rows: tuple[str, ...]) -> MoveSheet:
    return sheet_create(viewer=None, lines=[Line(n, *row) for n, row in enumerate(rows, 1)], at=NOW, title="July")


def page(client: Client, sheet: MoveSheet) -> str:
    return client.get(f"/people/moves/{sheet.pk}/").content.decode()


def test_pasted_lines_become_a_draft_that_says_what_would_happen(ada: Client) -> None:
    answer = ada.post(
        START, {"title": "July", "pasted": "Person\tWhat\tOn day\tTeam\nZoe Zahn\tjoins\t1.7.2026\tSouth"}
    )
    assert answer.status_code == 302
    words = ada.get(answer["Location"]).content.decode()
    assert "Zoe Zahn is added, hired on" in words
    assert "Takes the vacant seat in South" in words
    assert "Ready to apply" in words
    assert 'value="2026-07-01"' in words
    assert not Person.objects.filter(name="Zoe Zahn").exists()


def test_an_uploaded_file_does_the_same(ada: Client) -> None:
    file = SimpleUploadedFile("july.csv", "person;what;on;team\nZoë Zahn;joins;2026-07-01;South\n".encode("cp1252"))
    answer = ada.post(START, {"file": file})
    assert "Zoë Zahn" in ada.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"PK\x03\x04", "This is no text file."), (b"x" * 1_000_001, "larger than 1 MB"), (b"a\n" * 600, "500 lines")],
)
def test_files_that_are_no_sheet_are_refused_with_what_to_do(ada: Client, content: bytes, words: str) -> None:
    answer = ada.post(START, {"file": SimpleUploadedFile("july.csv", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_nothing_given_begins_with_an_empty_grid(ada: Client) -> None:
    answer = ada.post(START, {"title": "", "pasted": ""})
    words = ada.get(answer["Location"]).content.decode()
    assert words.count('name="line-') == 3 * len(COLUMNS)
    assert 'value="apply"' not in words


def test_rows_by_hand_are_saved_checked_and_applied(cast: Cast, ada: Client) -> None:
    sheet = draft()
    ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, JOINER, ("", "")))
    sheet.refresh_from_db()
    assert [move.person_text for move in sheet.moves.all()] == ["Zoe Zahn"]
    words = page(ada, sheet)
    digest = words.split('name="digest" value="')[1].split('"')[0]
    answer = ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, JOINER, do="apply", digest=digest), follow=True)
    assert "The sheet is applied." in answer.content.decode()
    assert Person.objects.get(name="Zoe Zahn").holdings.get().seat == cast.vacant_seat
    assert "Undo" in page(ada, sheet)
    answer = ada.post(f"/people/moves/{sheet.pk}/undo/", follow=True)
    assert "Everything is as it was before the sheet." in answer.content.decode()
    assert not Person.objects.filter(name="Zoe Zahn").exists()


def test_what_was_edited_and_not_yet_shown_is_not_applied(ada: Client) -> None:
    sheet = draft(JOINER)
    digest = page(ada, sheet).split('name="digest" value="')[1].split('"')[0]
    other = ("Yann Young", "joins", "2026-07-01", "South")
    answer = ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, other, do="apply", digest=digest), follow=True)
    assert "Something else would happen now than what you saw." in answer.content.decode()
    assert not Person.objects.filter(name="Yann Young").exists()
    assert sheet.moves.get().person_text == "Yann Young"


def test_problems_stand_beside_the_line_and_there_is_no_way_to_apply(ada: Client) -> None:
    sheet = draft(JOINER, ("Alica Ames", "leaves", "soon"))
    words = page(ada, sheet)
    assert "“soon” is not a day." in words
    assert "1 of 2 lines cannot be applied" in words
    assert "The line cannot be applied yet." in page(ada, draft(("Nobody", "leaves", "2026-07-01")))
    assert "The line can be applied." in page(ada, draft(JOINER))
    assert 'value="apply"' not in words
    assert 'value="soon"' in words


def test_a_line_is_removed_without_script(ada: Client) -> None:
    sheet = draft(JOINER, ("Alice Ames", "leaves", "2026-07-01"))
    ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, JOINER, ("Alice Ames", "leaves", "2026-07-01"), drop="1"))
    assert [move.person_text for move in sheet.moves.all()] == ["Alice Ames"]


def test_two_people_in_one_sheet_lose_nothing(cast: Cast, ada: Client) -> None:
    sheet = draft(JOINER)
    other = grid(sheet, ("Alice Ames", "leaves", "2026-07-01"))
    assert ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, ("Yann Young", "joins"))).status_code == 302
    answer = ada.post(f"/people/moves/{sheet.pk}/", other)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "Ada Abel has saved this sheet meanwhile." in words
    assert "Yann Young" in words and 'value="Alice Ames"' in words
    assert sheet.moves.get().person_text == "Yann Young"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"count": "9" * 30},
        {"count": "-1", "version": "x"},
        {"count": "2", "version": "1", "line-0-person": "x" * 9000},
        {"count": "1", "version": "1", "line-0-on": "\x00", "drop": "²"},
    ],
)
def test_nonsense_in_the_grid_is_answered(ada: Client, data: dict[str, str]) -> None:
    sheet = draft(JOINER)
    answer = ada.post(f"/people/moves/{sheet.pk}/", data)
    assert answer.status_code in (302, 422)


def test_a_double_click_on_apply_applies_once(ada: Client) -> None:
    sheet = draft(JOINER)
    digest = page(ada, sheet).split('name="digest" value="')[1].split('"')[0]
    for _ in range(2):
        ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, JOINER, do="apply", digest=digest))
    assert Person.objects.filter(name="Zoe Zahn").count() == 1


def test_the_second_of_two_clicks_at_once_leads_to_the_applied_sheet(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = draft(JOINER)

    def while_the_first_is_under_way(data: Any) -> Any:
        monkeypatch.undo()
        moves.sheet_apply(viewer=None, sheet=sheet, at=NOW, on=TODAY)
        return views._posted(data)

    monkeypatch.setattr(views, "_posted", while_the_first_is_under_way)
    answer = ada.post(f"/people/moves/{sheet.pk}/", grid(sheet, JOINER, do="apply"), follow=True)
    assert answer.redirect_chain == [(f"/people/moves/{sheet.pk}/", 302)]
    assert "This sheet is applied already" in answer.content.decode()


def test_a_sheet_without_a_title_is_called_by_the_readers_day(ada: Client) -> None:
    Organization.objects.update(time_zone="Asia/Tokyo")
    late = datetime(2026, 6, 15, 22, 0, tzinfo=UTC)
    sheet_create(viewer=None, lines=[Line(1, *JOINER)], at=late)
    assert "Sheet of 16 Jun 2026" in ada.get("/people/moves/").content.decode()


def test_the_list_shows_sheets_with_their_state(ada: Client) -> None:
    draft(JOINER)
    words = ada.get("/people/moves/").content.decode()
    assert "July" in words and "Draft" in words


# --- the command -------------------------------------------------------------------------------------------------------


def run(capsys: Any, **options: Any) -> dict[str, Any]:
    call_command("people_moves", organization="acme", format="json", **options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "july.csv"
    path.write_text("person,what,on,team,role,manager,deals to,note\nZoe Zahn,joins,2026-07-01,South,,,,\n")
    return path


def test_the_command_tries_applies_and_undoes(cast: Cast, file: Path, capsys: Any) -> None:
    answer = run(capsys, file=str(file), dry_run=True)
    assert (answer["sheet"], answer["applied"]) == (None, 0)
    assert answer["rows"][0]["words"]
    assert not Person.objects.filter(name="Zoe Zahn").exists()
    assert not MoveSheet.objects.exists()
    answer = run(capsys, file=str(file))
    assert answer["applied"] == 1
    assert Person.objects.get(name="Zoe Zahn").pk == answer["rows"][0]["person"]
    assert run(capsys, undo=answer["sheet"])["state"] == "undone"
    assert not Person.objects.filter(name="Zoe Zahn").exists()


def test_a_line_with_a_problem_ends_with_status_one_and_nothing_is_written(cast: Cast, file: Path, capsys: Any) -> None:
    file.write_text("person,what,on,team\nZoe Zahn,joins,2026-07-01,South\nNobody,leaves,2026-07-01,\n")
    with pytest.raises(SystemExit) as ended:
        call_command("people_moves", str(file), organization="acme", format="json")
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["rows"][1]["problems"]
    assert "line 3:" in told.err
    assert not Person.objects.filter(name="Zoe Zahn").exists()
    assert not MoveSheet.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Name a file"),
        ({"file": "/nowhere/x.csv"}, "cannot be read"),
        ({"undo": 999999}, "There is no sheet"),
    ],
)
def test_wrong_usage_is_one_sentence(cast: Cast, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("people_moves", organization="acme", **options)
