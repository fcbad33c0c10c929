"""Company objectives: written, published, read, checked in on, changed with a reason, withdrawn."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from goals.models import Objective, ObjectiveRead, Revision
from goals.selectors.objectives import (
    access_objective,
    objective_readers,
    objective_rows,
    objectives_listed,
    read_counts,
)
from goals.services.objectives import (
    objective_change,
    objective_check_in,
    objective_create,
    objective_publish,
    objective_read,
    objective_withdraw,
)
from metrics.services import rollups_recompute
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast
from tests.crm.access import make_deal
from tests.goals.aligning import make_objective

FORM = {
    "name": "Win the north",
    "starts_on": "2026-01-01",
    "ends_before": "2029-01-01",
    "kind": "manual",
    "unit": "money",
    "direction": "higher",
    "baseline": "1000",
    "target": "5000",
    "rolls_up_by": "own",
}
VALUES = {
    "name": "Win the north",
    "starts_on": date(2026, 1, 1),
    "ends_before": date(2029, 1, 1),
    "kind": "manual",
    "unit": "money",
    "target": Decimal(5000),
}


def test_an_objective_of_several_years_is_a_draft_until_it_is_published(cast: Cast) -> None:
    draft = objective_create(viewer=cast.viewer("erin"), at=NOW, **VALUES)
    with pytest.raises(Http404):
        access_objective(cast.viewer("alice"), draft.pk)
    assert draft not in objective_rows(cast.viewer("alice"), "all")
    objective_publish(viewer=cast.viewer("erin"), objective=draft, at=NOW)
    assert access_objective(cast.viewer("alice"), draft.pk) == draft
    assert list(objective_rows(cast.viewer("alice"))) == [draft]


@pytest.mark.parametrize("who", ["alice", "bob", "finn", "hana", "otto"])
def test_only_who_publishes_objectives_writes_them(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        objective_create(viewer=cast.viewer(who), at=NOW, **VALUES)
    row = make_objective()
    for call in (objective_publish, objective_withdraw):
        with pytest.raises(PermissionDenied):
            call(viewer=cast.viewer(who), objective=row, at=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": Decimal(-1)}, "target"),
        ({"direction": "lower"}, "baseline"),
        ({"direction": "lower", "baseline": Decimal(10)}, "target"),
        ({"kind": "metric", "metric": "nothing"}, "metric"),
        ({"ends_before": date(2026, 1, 1)}, "ends_before"),
        ({"kind": "milestones"}, "kind"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_field(cast: Cast, change: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        objective_create(viewer=cast.viewer("dana"), at=NOW, **{**VALUES, **change})
    assert list(refused.value.message_dict) == [field]


def test_a_metric_brings_its_unit_and_direction_and_is_computed_for_the_whole_company(cast: Cast) -> None:
    made = objective_create(
        viewer=cast.viewer("dana"),
        at=NOW,
        **{**VALUES, "kind": "metric", "metric": "won_count", "unit": "money", "target": Decimal(4)},
    )
    assert (made.unit, made.direction) == ("count", "higher")
    objective_publish(viewer=cast.viewer("dana"), objective=made, at=NOW)
    make_deal("A1", cast.alice)
    make_deal("C1", cast.carol)
    rollups_recompute(organization_id=cast.organization.pk, waits=True)
    [listed] = objectives_listed(cast.viewer("alice"), [made])
    assert (listed.state.value, listed.state.ratio) == (Decimal(2), Decimal("0.5"))


def test_a_change_of_a_published_objective_needs_a_reason_and_keeps_what_it_was(cast: Cast) -> None:
    row, dana = make_objective(target=1000), cast.viewer("dana")
    with pytest.raises(ValidationError, match="Say why"):
        objective_change(viewer=dana, objective=row, at=NOW, version=1, target=Decimal(1200))
    objective_change(viewer=dana, objective=row, at=NOW, version=1, reason="A new market", target=Decimal(1200))
    kept = Revision.objects.get(objective=row)
    assert (kept.before, kept.after) == ({"target": "1000.000000"}, {"target": "1200.000000"})
    assert (kept.reason, kept.by, kept.version) == ("A new market", cast.dana, 2)


def test_a_description_is_put_better_without_a_reason_and_the_same_values_change_nothing(cast: Cast) -> None:
    row, dana = make_objective(), cast.viewer("dana")
    objective_change(viewer=dana, objective=row, at=NOW, version=1, description="In other words")
    row.refresh_from_db()
    assert (row.description, row.version) == ("In other words", 2)
    objective_change(viewer=dana, objective=row, at=NOW, version=2, target=row.target, name=row.name)
    assert Revision.objects.filter(objective=row).count() == 1


def test_two_people_who_change_one_objective_do_not_overwrite_each_other(cast: Cast) -> None:
    row = make_objective(is_published=False)
    objective_change(viewer=cast.viewer("dana"), objective=row, at=NOW, version=1, target=Decimal(1200))
    with pytest.raises(ValidationError, match="meanwhile"):
        objective_change(viewer=cast.viewer("erin"), objective=row, at=NOW, version=1, target=Decimal(900))
    row.refresh_from_db()
    assert row.target == 1200


def test_reading_is_counted_once_among_those_who_are_here_and_can_sign_in(cast: Cast) -> None:
    row = make_objective()
    assert read_counts(row, TODAY) == (0, 11)  # Nils has no sign-in
    for _ in range(2):
        objective_read(viewer=cast.viewer("alice"), objective=row, at=NOW)
    objective_read(viewer=cast.viewer("carol"), objective=row, at=NOW)
    assert read_counts(row, TODAY) == (2, 11)
    cast.carol.left_on = TODAY
    cast.carol.save()
    assert read_counts(row, TODAY) == (1, 10)
    readers = objective_readers(row, TODAY)
    assert readers[0].person_id == cast.alice.pk
    assert sum(each.read_at is not None for each in readers) == 1
    [listed] = objectives_listed(cast.viewer("alice"), [row])
    assert (listed.read_count, listed.is_read) == (1, True)


def test_a_draft_cannot_be_read_and_a_withdrawn_one_not_published(cast: Cast) -> None:
    draft = make_objective(is_published=False, owner=cast.bob)
    with pytest.raises(ValidationError, match="draft"):
        objective_read(viewer=cast.viewer("bob"), objective=draft, at=NOW)
    objective_withdraw(viewer=cast.viewer("dana"), objective=draft, at=NOW)
    for call in (objective_publish, objective_withdraw):
        with pytest.raises(ValidationError, match="withdrawn"):
            call(viewer=cast.viewer("dana"), objective=draft, at=NOW)


def test_the_owner_checks_in_with_the_value_of_a_number_that_is_entered(cast: Cast) -> None:
    row, bob = make_objective(owner=cast.bob), cast.viewer("bob")
    objective_check_in(viewer=bob, objective=row, at=NOW, on=TODAY, value=Decimal(250), confidence="medium")
    [listed] = objectives_listed(bob, [row])
    assert (listed.state.value, listed.state.ratio) == (Decimal(250), Decimal("0.25"))
    assert listed.state.confidence is not None and listed.state.confidence.value == "medium"
    with pytest.raises(PermissionDenied):
        objective_check_in(viewer=cast.viewer("alice"), objective=row, at=NOW, on=TODAY, value=Decimal(1))
    with pytest.raises(ValidationError, match="Say something"):
        objective_check_in(viewer=bob, objective=row, at=NOW, on=TODAY, note="  ")
    with pytest.raises(ValidationError, match="own days"):
        objective_check_in(viewer=bob, objective=row, at=NOW, on=date(2030, 1, 1), value=Decimal(1))


@pytest.mark.parametrize("size", [1, 12])
def test_a_list_asks_the_same_number_of_questions_whatever_its_length(
    cast: Cast, size: int, django_assert_num_queries
) -> None:
    rows = [make_objective(f"Objective {number}", metric="won_count") for number in range(size)]
    with django_assert_num_queries(6):
        objectives_listed(cast.viewer("alice"), rows)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_an_objective_is_written_published_and_read_in_the_browser(cast: Cast) -> None:
    erin, alice = cast.client("erin"), cast.client("alice")
    answer = erin.post("/objectives/new/", FORM)
    assert answer.status_code == 302
    row = Objective.objects.get()
    page = answer["Location"]
    assert "Draft" in erin.get(page).content.decode()
    assert alice.get(page).status_code == 404
    erin.post(f"{page}publish/")
    shown = alice.get(page).content.decode()
    assert "Please read this objective" in shown
    assert "$5,000" in shown
    assert alice.post(f"{page}read/").status_code == 302
    assert "Please read" not in alice.get(page).content.decode()
    assert "1 of 11 people" in alice.get(page).content.decode()
    assert ObjectiveRead.objects.filter(objective=row, person=cast.alice).exists()
    assert "Alice Ames" in erin.get(f"{page}readers/").content.decode()
    assert alice.get(f"{page}readers/").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("target", "much", "Enter a number"),
        ("target", "500", "higher than the baseline"),
        ("ends_before", "2026-01-01", "The end must come after the start"),
        ("metric", "nothing", "Select a valid choice"),
        ("limit_value", "EMEA", "Say by what it is limited"),
        ("name", "", "This field is required"),
        ("owner", "999999", "Select a valid choice"),
    ],
)
def test_bad_input_gets_a_message_and_nothing_is_stored(cast: Cast, field: str, value: str, message: str) -> None:
    answer = cast.client("dana").post("/objectives/new/", {**FORM, field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Objective.objects.exists()


def test_percentages_are_entered_as_people_say_them(cast: Cast) -> None:
    sent = {**FORM, "kind": "metric", "metric": "win_rate", "target": "62.5", "baseline": "50"}
    cast.client("dana").post("/objectives/new/", sent)
    row = Objective.objects.get()
    assert (row.unit, row.baseline, row.target) == ("ratio", Decimal("0.5"), Decimal("0.625"))
    shown = cast.client("dana").get(f"/objectives/{row.pk}/change/").content.decode()
    assert 'value="62.5"' in shown


def test_whoever_comes_second_is_told_and_may_send_the_form_again(cast: Cast) -> None:
    row = make_objective(is_published=False, unit="money")
    page = f"/objectives/{row.pk}/change/"
    sent = {**FORM, "version": "1"}
    assert cast.client("dana").post(page, sent).status_code == 302
    answer = cast.client("erin").post(page, {**sent, "target": "7000"})
    assert answer.status_code == 422
    assert "changed it meanwhile" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()
    assert cast.client("erin").post(page, {**sent, "target": "7000", "version": "2"}).status_code == 302
    row.refresh_from_db()
    assert row.target == 7000


def test_another_organization_sees_nothing(cast: Cast) -> None:
    row = make_objective()
    assert cast.client("mallory").get(f"/objectives/{row.pk}/").status_code == 404
    with tenant(cast.other.pk):
        assert not Objective.objects.exists()
