"""A sheet of joiners, movers and leavers: tried out without a trace, applied whole, undone whole."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from crm.models import Opportunity
from metrics.selectors.answer import answer
from metrics.selectors.parse import question_of
from metrics.services import rollups_recompute
from people.engine.moves import Line
from people.models import (
    FOREVER,
    ActingManager,
    AuditEntry,
    Delegation,
    Grant,
    Leave,
    MoveSheet,
    Person,
    Seat,
    SeatHolding,
    TeamPlacement,
)
from people.policies import persons
from people.selectors.person import persons_here
from people.services.grant import grant_give
from people.services.moves import (
    Preview,
    moves_due,
    sheet_apply,
    sheet_create,
    sheet_preview,
    sheet_save,
    sheet_undo,
)
from people.services.structure_facts import row_state
from people.services.team import seat_assign, team_move
from people.viewer import NoPerson, viewer_of_user
from tests.cast import NOW, TODAY, Cast, make_person, make_seat
from tests.crm.access import make_deal, make_stage

DAY = timedelta(days=1)
JULY = date(2026, 7, 1)
AUGUST = date(2026, 8, 1)


def sheet_of(*rows: tuple[str, ...]) -> MoveSheet:
    """A draft; a row is person, what, on, team, role, manager, heir, note."""
    return sheet_create(viewer=None, lines=[Line(number, *row) for number, row in enumerate(rows, 1)], at=NOW)


def tried(*rows: tuple[str, ...]) -> Preview:
    return sheet_preview(sheet=sheet_of(*rows))


def problem_of(*row: str) -> str:
    [outcome] = tried(tuple(row)).outcomes.values()
    return " ".join(outcome.problems)


def applied(cast: Cast, *rows: tuple[str, ...], on: date = TODAY) -> MoveSheet:
    sheet = sheet_of(*rows)
    preview = sheet_preview(sheet=sheet)
    assert preview.can_apply, [outcome.problems for outcome in preview.outcomes.values()]
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=on, digest=preview.digest)
    sheet.refresh_from_db()
    return sheet


def everything() -> dict[str, Any]:
    """Every row of the structure, without the keys that Postgres counts on."""
    models = (Person, Seat, SeatHolding, TeamPlacement, Grant, ActingManager, Delegation, Leave)
    return {
        model.__name__: sorted((row.pk, str(row_state(row))) for row in model._default_manager.all())
        for model in models
    }


def seats(person: Person) -> list[tuple[str, str, date, date]]:
    held = SeatHolding.objects.filter(person=person).select_related("seat__team").order_by("starts_on")
    return [(h.seat.team.name, h.seat.role, h.starts_on, h.ends_before) for h in held]


# --- each of the three ------------------------------------------------------------------------------------------------


def test_a_joiner_is_added_and_takes_the_vacant_seat(cast: Cast) -> None:
    applied(cast, ("Zoe Zahn <zoe@acme.example>", "joins", "2026-07-01", "South"))
    zoe = Person.objects.get(name="Zoe Zahn")
    assert (zoe.email, zoe.hired_on, zoe.user) == ("zoe@acme.example", JULY, None)
    assert seats(zoe) == [("South", "rep", JULY, FOREVER)]
    assert zoe.holdings.get().seat == cast.vacant_seat


def test_a_joiner_gets_a_new_seat_where_none_is_vacant(cast: Cast) -> None:
    applied(cast, ("Zoe Zahn", "joins", "2026-07-01", "North"))
    seat = Person.objects.get(name="Zoe Zahn").holdings.get().seat
    assert (seat.team, seat.role, seat.starts_on) == (cast.north, "rep", JULY)


def test_the_manager_alone_says_the_team(cast: Cast) -> None:
    applied(cast, ("Zoe Zahn", "joins", "2026-07-01", "", "", "bob brand"))
    assert seats(Person.objects.get(name="Zoe Zahn"))[0][0] == "North"


def test_a_mover_leaves_one_seat_vacant_and_sits_in_another_from_the_day_on(cast: Cast) -> None:
    old = cast.alice.holdings.get().seat
    applied(cast, ("Alice Ames", "moves", "2026-07-01", "South"))
    assert [(team, start, end) for team, _role, start, end in seats(cast.alice)] == [
        ("North", date(1, 1, 1), JULY),
        ("South", JULY, FOREVER),
    ]
    old.refresh_from_db()
    assert old.ends_before == FOREVER


def test_whoever_moves_before_leaving_holds_the_new_seat_until_then(cast: Cast) -> None:
    applied(cast, ("Alice Ames", "leaves", str(AUGUST)))
    applied(cast, ("Alice Ames", "moves", str(JULY), "South"))
    assert seats(cast.alice)[-1] == ("South", "rep", JULY, AUGUST)


def test_a_promotion_is_a_move_to_a_new_role(cast: Cast) -> None:
    applied(cast, ("Carol Cole", "moves", "2026-07-01", "", "manager"))
    assert seats(cast.carol)[-1][:3] == ("South", "manager", JULY)


def test_a_leaver_loses_seat_sign_in_roles_and_stand_ins_on_the_day(cast: Cast) -> None:
    grant_give(viewer=None, person=cast.bob, role="executive", at=NOW, starts_on=TODAY)
    ActingManager.objects.create(team=cast.south, person=cast.bob)
    sheet = sheet_of(("Bob Brand", "leaves", "2026-07-01"))
    [outcome] = sheet_preview(sheet=sheet).outcomes.values()
    assert any("Cannot sign in from" in words for words in outcome.words)
    assert any("North has no manager from" in words for words in outcome.warnings)
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    cast.bob.refresh_from_db()
    assert cast.bob.left_on == JULY
    assert seats(cast.bob)[-1][3] == JULY
    assert set(cast.bob.grants.values_list("ends_before", flat=True)) == {JULY}
    assert ActingManager.objects.get(person=cast.bob).ends_before == JULY
    assert Delegation.objects.get(manager=cast.bob).ends_before == JULY
    before, after = NOW.replace(month=6, day=30), NOW.replace(month=7, day=1)
    assert viewer_of_user(cast.bob.user, at=before).is_manager
    with pytest.raises(NoPerson):
        viewer_of_user(cast.bob.user, at=after)


def test_the_last_administrator_does_not_leave(cast: Cast) -> None:
    assert "At least one administrator" in problem_of("Ada Abel", "leaves", "2026-07-01")


def test_a_rehire_comes_back_on_the_day_and_not_before(cast: Cast) -> None:
    applied(cast, ("Alice Ames", "leaves", "2026-03-01"))
    sheet = sheet_of(("Alice Ames", "joins", "2026-07-01", "South"))
    [outcome] = sheet_preview(sheet=sheet).outcomes.values()
    assert any("comes back on" in words for words in outcome.words)
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    alice = Person.objects.get(name="Alice Ames")
    assert alice.pk == cast.alice.pk
    assert [alice.has_left(day) for day in (date(2026, 2, 28), date(2026, 3, 1), JULY - DAY, JULY)] == [
        False,
        True,
        True,
        False,
    ]
    assert alice not in persons_here(TODAY)
    assert alice in persons_here(JULY)
    with pytest.raises(NoPerson):
        viewer_of_user(alice.user, at=NOW)
    assert viewer_of_user(alice.user, at=NOW.replace(month=7)).roles == {"rep"}
    applied(cast, ("Alice Ames", "leaves", "2026-12-01"))
    alice.refresh_from_db()
    assert alice.has_left(date(2026, 12, 1)) and not alice.has_left(date(2026, 11, 30))


def test_a_team_can_be_put_below_another_manager(cast: Cast) -> None:
    make_seat(cast.south, cast.nils, "manager")
    applied(cast, ("Bob Brand", "moves", "2026-07-01", "North", "manager", "Nils Nord"))
    assert list(
        TeamPlacement.objects.filter(team=cast.north).order_by("starts_on").values_list("parent", "starts_on")
    ) == [
        (cast.sales.pk, date(1, 1, 1)),
        (cast.south.pk, JULY),
    ]
    assert len(seats(cast.bob)) == 1


def test_a_circle_over_time_is_refused_and_says_who_and_when(cast: Cast) -> None:
    """South is to stand below North from August on; a sheet of July would put North below South for good."""
    make_seat(cast.south, cast.nils, "manager")
    team_move(viewer=None, team=cast.south, at=NOW, parent=cast.north, on=AUGUST)
    words = problem_of("Bob Brand", "moves", "2026-07-01", "North", "manager", "Nils Nord")
    assert "North would stand below South, which itself stands below North from" in words
    assert "2026" in words


def test_two_lines_of_one_sheet_cannot_make_a_circle_either(cast: Cast) -> None:
    make_seat(cast.south, cast.nils, "manager")
    preview = tried(
        ("Bob Brand", "moves", "2026-07-01", "North", "manager", "Nils Nord"),
        ("Nils Nord", "moves", "2026-08-01", "South", "manager", "Bob Brand"),
    )
    assert [bool(outcome.problems) for outcome in preview.outcomes.values()] == [False, True]


# --- deals ------------------------------------------------------------------------------------------------------------


def test_open_deals_of_a_leaver_go_to_the_heir_and_decided_ones_stay(cast: Cast) -> None:
    engaging = make_stage("Engaging", "open", 2)
    open_deal, won = make_deal("1", cast.alice, engaging), make_deal("2", cast.alice)
    sheet = sheet_of(("Alice Ames", "leaves", TODAY.isoformat(), "", "", "", "Carol Cole"))
    [outcome] = sheet_preview(sheet=sheet).outcomes.values()
    assert any("1 open deal goes to Carol Cole" in words for words in outcome.words)
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    assert Opportunity.objects.get(pk=open_deal.pk).owner == cast.carol
    assert Opportunity.objects.get(pk=won.pk).owner == cast.alice
    assert open_deal.changes.order_by("pk").last().owner_id == cast.carol.pk
    sheet.refresh_from_db()
    sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    assert Opportunity.objects.get(pk=open_deal.pk).owner == cast.alice


def test_deals_of_a_later_day_go_on_that_day_without_anybody_doing_anything(cast: Cast) -> None:
    deal = make_deal("1", cast.alice, make_stage("Engaging", "open", 2))
    applied(cast, ("Alice Ames", "moves", "2026-07-01", "South", "", "", "Bob Brand"))
    assert moves_due(at=NOW, on=JULY - DAY) == 0
    assert Opportunity.objects.get(pk=deal.pk).owner == cast.alice
    assert moves_due(at=NOW, on=JULY) == 1
    assert Opportunity.objects.get(pk=deal.pk).owner == cast.bob
    assert moves_due(at=NOW, on=JULY) == 0


def test_without_an_heir_the_preview_says_that_the_house_gets_the_credit(cast: Cast) -> None:
    make_deal("1", cast.alice, make_stage("Engaging", "open", 2))
    [outcome] = tried(("Alice Ames", "leaves", "2026-07-01")).outcomes.values()
    assert any("counts for the house, in no team" in words for words in outcome.words)


def test_a_sheet_whose_deals_were_won_since_is_not_undone(cast: Cast) -> None:
    deal = make_deal("1", cast.alice, make_stage("Engaging", "open", 2))
    sheet = applied(cast, ("Alice Ames", "leaves", TODAY.isoformat(), "", "", "", "Carol Cole"))
    won = make_stage()
    Opportunity.objects.filter(pk=deal.pk).update(stage=won, outcome="won")
    state = everything()
    with pytest.raises(ValidationError, match="deals that went to Carol Cole"):
        sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    assert everything() == state


# --- nothing before it is confirmed, all or nothing, back as a whole ---------------------------------------------------

MANY = (
    ("Zoe Zahn", "joins", "2026-07-01", "South", "manager"),
    ("Yann Young", "joins", "2026-07-01", "", "", "Zoe Zahn"),
    ("Alice Ames", "moves", "2026-07-01", "South", "", "", "Bob Brand"),
    ("Carol Cole", "leaves", "2026-07-15"),
    ("Nils Nord", "joins", "2026-08-01", "North"),
)


def test_trying_out_leaves_no_trace(cast: Cast) -> None:
    before = everything()
    preview = tried(*MANY)
    assert preview.can_apply, [outcome.problems for outcome in preview.outcomes.values()]
    assert everything() == before


def test_undo_puts_every_row_back(cast: Cast) -> None:
    before = everything()
    sheet = applied(cast, *MANY)
    assert everything() != before
    sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    assert everything() == before
    sheet.refresh_from_db()
    assert sheet.state == "undone"
    nobody_again = [
        (move.person_text, move.manager_text) for move in sheet.moves.filter(person=None).order_by("number")
    ]
    assert nobody_again == [("Zoe Zahn", ""), ("Yann Young", "Zoe Zahn")]
    assert sorted(AuditEntry.objects.filter(subject="movesheet").values_list("action", flat=True)) == [
        "moves_apply",
        "moves_undo",
    ]
    with pytest.raises(ValidationError):
        sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)


def test_a_planned_move_that_a_leaver_had_comes_back_with_the_undo(cast: Cast) -> None:
    seat_assign(viewer=None, seat=cast.vacant_seat, person=cast.alice, at=NOW, on=AUGUST)
    before = everything()
    sheet = sheet_of(("Alice Ames", "leaves", "2026-07-01"))
    [outcome] = sheet_preview(sheet=sheet).outcomes.values()
    assert any("planned for" in words for words in outcome.warnings)
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    sheet.refresh_from_db()
    sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    assert everything() == before


def test_one_bad_line_holds_back_the_whole_sheet(cast: Cast) -> None:
    before = everything()
    sheet = sheet_of(*MANY, ("Nobody", "leaves", "2026-07-01"))
    with pytest.raises(ValidationError, match="problems"):
        sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    assert everything() == before


def test_what_is_confirmed_is_what_was_shown(cast: Cast) -> None:
    sheet = sheet_of(("Zoe Zahn", "joins", "2026-07-01", "South"))
    shown = sheet_preview(sheet=sheet)
    assert cast.vacant_seat is not None
    SeatHolding.objects.create(seat=cast.vacant_seat, person=cast.nils)  # somebody else was faster
    with pytest.raises(ValidationError, match="Something else would happen now"):
        sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY, digest=shown.digest)
    assert not Person.objects.filter(name="Zoe Zahn").exists()


def test_a_sheet_is_applied_once(cast: Cast) -> None:
    sheet = applied(cast, ("Zoe Zahn", "joins", "2026-07-01", "South"))
    with pytest.raises(ValidationError, match="applied already"):
        sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY)
    assert Person.objects.filter(name="Zoe Zahn").count() == 1


def test_undo_is_refused_by_whatever_depends_on_the_sheet_and_says_what(cast: Cast) -> None:
    ada = cast.viewer("ada")
    sheet = applied(cast, ("Zoe Zahn", "joins", "2026-07-01", "North"))
    zoe = Person.objects.get(name="Zoe Zahn")
    deal = make_deal("1", zoe)
    with pytest.raises(ValidationError, match="Zoe Zahn"):
        sheet_undo(viewer=ada, sheet=sheet, at=NOW)
    deal.delete()
    leave = Leave.objects.create(person=zoe, starts_on=AUGUST)
    with pytest.raises(ValidationError, match="Zoe Zahn"):
        sheet_undo(viewer=ada, sheet=sheet, at=NOW)
    leave.delete()
    assert cast.vacant_seat is not None
    seat_assign(viewer=None, seat=cast.vacant_seat, person=zoe, at=NOW, on=AUGUST)
    with pytest.raises(ValidationError, match="North"):
        sheet_undo(viewer=ada, sheet=sheet, at=NOW)


def test_a_later_sheet_is_undone_before_the_earlier_one(cast: Cast) -> None:
    first = applied(cast, ("Alice Ames", "moves", "2026-07-01", "South"))
    second = applied(cast, ("Alice Ames", "leaves", "2026-08-01"))
    with pytest.raises(ValidationError):
        sheet_undo(viewer=cast.viewer("ada"), sheet=first, at=NOW)
    sheet_undo(viewer=cast.viewer("ada"), sheet=second, at=NOW)
    sheet_undo(viewer=cast.viewer("ada"), sheet=first, at=NOW)
    assert len(seats(cast.alice)) == 1


def test_names_are_not_kept_in_the_lines_of_an_applied_sheet(cast: Cast) -> None:
    sheet = applied(cast, ("Alice Ames", "leaves", "2026-07-01", "", "", "", "Carol Cole"))
    move = sheet.moves.get()
    assert (move.person, move.heir, move.person_text, move.heir_text) == (cast.alice, cast.carol, "", "")


def test_somebody_elses_saving_is_not_lost(cast: Cast) -> None:
    sheet = sheet_of(("Zoe Zahn", "joins", "2026-07-01", "South"))
    ada = cast.viewer("ada")
    sheet_save(viewer=ada, sheet=sheet, version=1, lines=[Line(1, "Yann Young")], at=NOW)
    with pytest.raises(ValidationError, match="Ada Abel has saved this sheet meanwhile"):
        sheet_save(viewer=ada, sheet=sheet, version=1, lines=[], at=NOW)
    assert sheet.moves.get().person_text == "Yann Young"


@pytest.mark.parametrize("who", ["alice", "bob", "dana", "hana", "erin", "otto"])
def test_only_administrators_have_sheets(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        sheet_create(viewer=cast.viewer(who), lines=[], at=NOW)


# --- problems beside the line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("Alica Ames", "leaves", "2026-07-01"), "nobody called “Alica Ames”. Is it Alice Ames?"),
        (("Zoe Zahn", "joins", "2026-07-01", "Nort"), "no team “Nort”. Is it North?"),
        (("Zoe Zahn", "joins", "2026-07-01", "Far East"), "no team “Far East”. Check the spelling, or add the team."),
        (("Zoe Zahn", "joins", "2026-07-01"), "which team they join"),
        (("Alice Ames", "joins", "2026-07-01", "South"), "has a seat on this day already"),
        (("Alice Ames", "moves", "2026-07-01", "North"), "sits in North as Rep on this day already"),
        (("Alice Ames", "moves", "2026-07-01"), "Say where they move"),
        (("Alice Ames", "moves", "2026-07-01", "", "", "Carol Cole"), "Carol Cole leads no team on"),
        (("Alice Ames", "moves", "2026-07-01", "South", "", "Bob Brand"), "Bob Brand does not lead South"),
        (("Bob Brand", "moves", "2026-07-01", "South", "", "Bob Brand"), "Nobody reports to themselves"),
        (("Alice Ames", "leaves", "2026-07-01", "", "", "", "Nobody"), "nobody called “Nobody”"),
        (("Alice Ames", "dances", "soon"), "Write joins, moves or leaves"),
        (("Alice Ames", "dances", "soon"), "“soon” is not a day"),
        (("id:999999", "joins", "2026-07-01", "North"), "nobody called “id:999999”"),
        (("zoe@acme.example", "joins", "2026-07-01", "North"), "Write the name too"),
        (("x" * 201, "joins", "2026-07-01", "North"), "200 characters at most"),
        (("Zoe <nonsense>", "joins", "2026-07-01", "North"), "is not an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_the_line_with_what_to_do(cast: Cast, row: tuple[str, ...], words: str) -> None:
    assert words in problem_of(*row)


def test_namesakes_are_told_apart(cast: Cast) -> None:
    other = make_person("Alice Ames")
    words = problem_of("Alice Ames", "leaves", "2026-07-01")
    assert f"id:{other.pk}" in words and f"id:{cast.alice.pk}" in words
    assert not problem_of(f"id:{other.pk}", "leaves", "2026-07-01")
    assert not problem_of("alice@acme.example", "leaves", "2026-07-01")


def test_one_person_twice_on_one_day_is_a_problem_and_on_two_days_is_not(cast: Cast) -> None:
    preview = tried(("Alice Ames", "moves", "2026-07-01", "South"), ("alice ames", "leaves", "2026-07-01"))
    assert preview.problem_count == 1
    preview = tried(("Alice Ames", "moves", "2026-07-01", "South"), ("Alice Ames", "leaves", "2026-08-01"))
    assert preview.can_apply


def test_a_leaver_of_before_cannot_move_or_leave_again(cast: Cast) -> None:
    applied(cast, ("Alice Ames", "leaves", "2026-05-01"))
    assert "leaves or left on" in problem_of("Alice Ames", "moves", "2026-07-01", "South")
    assert "leaves or left on" in problem_of("Alice Ames", "leaves", "2026-07-01")
    assert "has left by then" in problem_of("Bob Brand", "leaves", "2026-07-01", "", "", "", "Alice Ames")


def test_too_many_lines_are_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="500"):
        sheet_create(viewer=None, lines=[Line(number, "X") for number in range(1, 502)], at=NOW)


def figures(cast: Cast) -> list[str]:
    """Every row of some metrics by person and by team and month, after a full rebuild."""
    rollups_recompute(organization_id=cast.organization.pk, is_full=True)
    asked = [
        question_of(
            metrics="revenue,won_count,win_rate", by=by, on=TODAY, starts_on="2026-01-01", ends_before="2026-06-01"
        )
        for by in ("person,month", "team,month")
    ]
    return [str(row) for question in asked for row in answer(cast.organization, question).rows]


# --- history ----------------------------------------------------------------------------------------------------------


def test_a_leaver_keeps_past_figures_and_a_name_and_leaves_the_pickers(cast: Cast) -> None:
    make_deal("1", cast.alice)
    before = figures(cast)
    applied(cast, ("Alice Ames", "leaves", TODAY.isoformat()))
    assert figures(cast) == before
    assert any("Alice Ames" in row for row in before) and any("North" in row for row in before)
    ada = cast.client("ada")
    deal = Opportunity.objects.get(external_id="1")
    assert "Alice Ames" in ada.get(f"/deals/{deal.pk}/").content.decode()
    for path in (f"/seats/{cast.vacant_seat.pk}/assign/", "/roles/give/", f"/teams/{cast.north.pk}/seats/add/"):  # type: ignore[union-attr]
        assert "Alice Ames" not in ada.get(path).content.decode(), path
    assert cast.alice in persons.visible(cast.viewer("bob"), "view_numbers", on=TODAY - DAY)
