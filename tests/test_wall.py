"""The wall stands in Postgres: every way across that can be thought of is refused by the database itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, NotSupportedError, ProgrammingError, connection, models, transaction
from django.db.utils import InternalError

from people.models import Organization, Person, PersonKey, Team, TeamPlacement
from people.queue import TenantTask
from people.viewer import viewer_of_person
from people.wall import build, current_organization_id, tenant
from tests.cast import Cast, make_organization, make_person, make_team

REFUSED = (ProgrammingError, IntegrityError, InternalError, NotSupportedError)
WALLED = [pytest.param(model, id=model._meta.db_table) for model in build.walled_models()]
REFERENCES = [
    pytest.param(model, field, id=f"{model._meta.db_table}.{field.column}")
    for model in build.walled_models()
    for field in build.references(model)
]


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def outside(db: None) -> Iterator[None]:
    """No tenant at all."""
    yield


# --- Who we are -------------------------------------------------------------------------------------------------------


def test_the_application_is_neither_superuser_nor_exempt_nor_owner_of_a_table(outside: None) -> None:
    [(role, is_super, is_exempt)] = ask(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (role, is_super, is_exempt) == ("spm_app", False, False)
    assert ask("SELECT tablename FROM pg_tables WHERE tableowner = current_user") == []


def test_the_application_cannot_create_or_change_tables(outside: None) -> None:
    for sql in ["CREATE TABLE more (id int)", "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY"]:
        with pytest.raises(ProgrammingError), transaction.atomic():
            ask(sql)


# Functions that look past the policies (LIKE reaches no index behind one): how to ask each for all that it would give,
# and the table whose keys it gives. Each filters by the organization of the transaction itself.
DEFINERS = {
    f"crm_{kind}_search": (f"SELECT crm_{kind}_search('%%')", f"crm.{model}")
    for kind, model in {
        "deal": "Opportunity",
        "lead": "Lead",
        "activity": "Activity",
        "transaction": "Transaction",
    }.items()
}


def test_only_known_functions_run_with_the_rights_of_their_owner(outside: None) -> None:
    found = ask("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    assert {name for (name,) in found} == DEFINERS.keys(), "filter by the tenant in it, then name it in DEFINERS"


@pytest.mark.parametrize("name", sorted(DEFINERS))
def test_a_function_with_the_rights_of_its_owner_keeps_the_wall_itself(cast: Cast, name: str) -> None:
    sql, label = DEFINERS[name]
    model = apps.get_model(label)
    own = {make_row(model, cast.organization, full=True), make_row(model, cast.organization)}
    with tenant(cast.other.pk):
        foreign = make_row(model, cast.other, full=True)
        assert {key for (key,) in ask(sql)} == {foreign}
    assert {key for (key,) in ask(sql)} == own
    with pytest.raises((ProgrammingError, DataError)), transaction.atomic():
        ask("SELECT set_config('app.organization', '', true)")
        ask(sql)


def test_every_view_asks_with_the_rights_of_whoever_reads_it(outside: None) -> None:
    assert (
        ask(
            "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
            " AND NOT coalesce(reloptions @> '{security_invoker=true}', false)"
        )
        == []
    )


# --- Every table ------------------------------------------------------------------------------------------------------


def test_every_table_with_an_organization_has_the_policy(outside: None) -> None:
    tables = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'people_user'"
        " AND NOT (c.relrowsecurity AND EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname"
        " AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'"
        " AND p.qual LIKE '%%current_setting(''app.organization''%%' AND p.with_check = p.qual))"
    )
    assert tables == []


def test_every_policy_is_the_only_one_of_its_table(outside: None) -> None:
    assert ask("SELECT tablename FROM pg_policies GROUP BY tablename HAVING count(*) > 1") == []


def test_every_table_of_our_apps_has_an_organization_or_stands_outside_on_purpose() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in {"people", "crm", "metrics", "goals"}}
    outside = {model._meta.label for model in ours if not build.has_organization(model)}
    assert outside == {"people.Organization"}


def test_no_table_is_made_by_an_automatic_many_to_many_field() -> None:
    automatic = [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.auto_created and model._meta.app_label in {"people", "crm", "metrics", "goals"}
    ]
    assert automatic == []


@pytest.mark.parametrize("model", WALLED)
def test_the_table_has_an_index_that_begins_with_the_organization(outside: None, model: type[models.Model]) -> None:
    assert ask(
        "SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = %s::regclass AND a.attname = 'organization_id' AND i.indpred IS NULL",
        model._meta.db_table,
    )


@pytest.mark.parametrize("model", WALLED)
def test_without_an_organization_the_table_answers_with_an_error(outside: None, model: Any) -> None:
    with pytest.raises((ProgrammingError, DataError)), transaction.atomic():
        model._base_manager.first()


@pytest.mark.parametrize("model", WALLED)
def test_after_a_transaction_with_one_the_table_still_answers_with_an_error(org: Any, model: Any) -> None:
    with pytest.raises((ProgrammingError, DataError)), transaction.atomic():
        ask("SELECT set_config('app.organization', '', true)")
        model._base_manager.first()


# --- tenant() ---------------------------------------------------------------------------------------------------------


def test_a_nested_tenant_puts_the_former_one_back(cast: Cast) -> None:
    with tenant(cast.other.pk):
        assert current_organization_id() == cast.other.pk
        assert set(Person.objects.all()) == {cast.mallory}
    assert current_organization_id() == cast.organization.pk
    assert cast.alice in Person.objects.all()


def test_the_former_tenant_is_back_after_a_failure(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), tenant(cast.other.pk):
        _ = 1 / 0
    assert current_organization_id() == cast.organization.pk


def test_a_rolled_back_savepoint_keeps_the_tenant(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(name="North")
    assert current_organization_id() == cast.organization.pk


def test_a_savepoint_inside_keeps_the_tenant_when_released(cast: Cast) -> None:
    with transaction.atomic():
        Team.objects.create(name="West")
    assert Team.objects.filter(name="West").exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_the_tenant_after_its_transaction() -> None:
    organization = make_organization("gone")
    with tenant(organization.pk):
        make_person("Somebody")
    assert current_organization_id() is None
    with pytest.raises((ProgrammingError, DataError)):
        Person.objects.count()


# --- Crossing attempts ------------------------------------------------------------------------------------------------


def test_the_orm_neither_finds_nor_changes_nor_deletes_across(cast: Cast) -> None:
    foreign = cast.mallory.pk
    assert not Person.objects.filter(pk=foreign).exists()
    assert not Person.objects.filter(organization=cast.other).exists()
    assert Person.objects.filter(pk=foreign).update(name="Taken over") == 0
    assert Person.objects.filter(pk=foreign).delete()[0] == 0
    assert Person.objects.filter(pk=foreign).select_for_update().first() is None
    cast.mallory.name = "Taken over"
    with pytest.raises(REFUSED), transaction.atomic():
        cast.mallory.save()
    with tenant(cast.other.pk):
        assert Person.objects.get().name == "Mallory Moss"


def test_raw_sql_neither_finds_nor_changes_across(cast: Cast) -> None:
    assert ask(
        "SELECT count(*) FROM people_person WHERE id = %s OR organization_id = %s", cast.mallory.pk, cast.other.pk
    )
    assert ask("SELECT count(*) FROM people_person WHERE id = %s", cast.mallory.pk) == [(0,)]
    assert ask("UPDATE people_person SET name = 'x' WHERE id = %s RETURNING id", cast.mallory.pk) == []
    assert ask("DELETE FROM people_person WHERE id = %s RETURNING id", cast.mallory.pk) == []


def test_a_union_a_join_and_a_subquery_do_not_cross(cast: Cast) -> None:
    names = {
        name
        for (name,) in ask("SELECT p.name FROM people_organization o JOIN people_person p ON p.organization_id = o.id")
    }
    assert "Mallory Moss" not in names and "Alice Ames" in names
    assert (
        ask(
            "SELECT name FROM people_person WHERE id IN (SELECT max(id) FROM people_person UNION SELECT %s)"
            " AND name = 'Mallory Moss'",
            cast.mallory.pk,
        )
        == []
    )


def test_nothing_can_be_written_into_another_organization(cast: Cast) -> None:
    attempts = [
        lambda: Team.objects.create(name="Trojan", organization=cast.other),
        lambda: Team.objects.bulk_create([Team(name="Trojan", organization=cast.other)]),
        lambda: ask(
            "INSERT INTO people_team (organization_id, name, created_at) VALUES (%s, 'T', now())", cast.other.pk
        ),
        lambda: Team.objects.filter(pk=cast.north.pk).update(organization=cast.other),
        lambda: Team.objects.bulk_update(
            [Team(pk=cast.north.pk, name="North", organization=cast.other)], ["organization"]
        ),
    ]
    for attempt in attempts:
        with pytest.raises(REFUSED), transaction.atomic():
            attempt()
    with tenant(cast.other.pk):
        assert list(Team.objects.values_list("name", flat=True)) == ["Abroad"]


def test_an_upsert_does_not_reach_a_row_of_another_organization(cast: Cast) -> None:
    with tenant(cast.other.pk):
        PersonKey.objects.create(source="crm", external_id="1", person=cast.mallory)
    PersonKey.objects.bulk_create(
        [PersonKey(source="crm", external_id="1", person=cast.alice, organization=cast.organization)],
        update_conflicts=True,
        unique_fields=["organization", "source", "external_id"],
        update_fields=["person"],
    )
    assert PersonKey.objects.get().person == cast.alice
    with tenant(cast.other.pk):
        assert PersonKey.objects.get().person == cast.mallory


def test_copy_into_a_walled_table_is_refused(cast: Cast) -> None:
    with pytest.raises(REFUSED), transaction.atomic():
        ask("COPY people_team (organization_id, name, created_at) FROM STDIN")


def test_a_task_without_an_organization_is_refused_and_with_one_sees_only_that(cast: Cast) -> None:
    class Names(TenantTask):
        name = "tests.names"

        def run(self, person_id: int, organization_id: int) -> list[str]:
            return list(Person.objects.filter(pk=person_id).values_list("name", flat=True))

    with pytest.raises(TypeError, match="organization_id"):
        Names()(person_id=cast.alice.pk)
    assert Names()(person_id=cast.alice.pk, organization_id=cast.organization.pk) == ["Alice Ames"]
    assert Names()(person_id=cast.mallory.pk, organization_id=cast.organization.pk) == []


def test_an_organization_that_does_not_exist_sees_nothing(cast: Cast) -> None:
    with tenant(2**40):
        assert Person.objects.count() == 0
    with pytest.raises((ValueError, TypeError)), tenant("1; DROP TABLE people_person"):  # type: ignore[arg-type]
        pass


# --- References -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "field"), REFERENCES)
def test_a_reference_across_the_wall_is_refused(cast: Cast, model: type[models.Model], field: Any) -> None:
    parent = field.related_model
    with tenant(cast.other.pk):
        foreign_id = make_row(parent, cast.other)
    with pytest.raises(REFUSED, match=r"wall_|refers to a row|does not stand|foreign key"), transaction.atomic():
        make_row(model, cast.organization, {field.column: foreign_id})
        ask("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(("model", "field"), REFERENCES)
def test_a_reference_cannot_be_turned_across_the_wall_later(cast: Cast, model: type[models.Model], field: Any) -> None:
    own_id = make_row(model, cast.organization, full=True)
    with tenant(cast.other.pk):
        foreign_id = make_row(field.related_model, cast.other)
    table, key = model._meta.db_table, model._meta.pk.column
    with pytest.raises(REFUSED), transaction.atomic():
        changed = ask(f'UPDATE {table} SET "{field.column}" = %s WHERE "{key}" = %s RETURNING 1', foreign_id, own_id)
        assert changed == [(1,)]
        ask("SET CONSTRAINTS ALL IMMEDIATE")


INSTEAD = {"crm_quota": {"team_id"}}  # a reference that stands where another one does not
EITHER = {  # exactly one of these stands
    "goals_goal": ("person_id", "team_id"),
    "goals_alignment": ("parent_objective_id", "parent_goal_id"),
    "goals_checkin": ("goal_id", "objective_id"),
    "goals_revision": ("goal_id", "objective_id"),
    "goals_quotadecision": ("request_id", "version_id"),
}


def make_row(
    model: type[models.Model], organization: Organization, given: dict[str, Any] | None = None, full: bool = False
) -> int:
    """A row with as little as the table takes, its own parents made on the way; `given` are columns."""
    values: dict[str, Any] = {"organization_id": organization.pk}
    for column in model._meta.local_concrete_fields:
        if column.primary_key or column.name == "organization" or column.column in (given or {}):
            continue
        either = EITHER.get(model._meta.db_table, ())
        if column.column in INSTEAD.get(model._meta.db_table, ()):
            continue
        if column.column in either and (column.column != either[0] or set(either) & set(given or {})):
            continue
        if isinstance(column, models.ForeignKey) and build.has_organization(column.related_model):
            if (full or not column.null or column.column in either) and column.related_model is not model:
                values[column.column] = make_row(column.related_model, organization)
        elif not column.null:
            values[column.column] = _some(column)
    values |= given or {}
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    key = model._meta.pk.column
    [(made,)] = ask(
        f'INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks}) RETURNING "{key}"', *values.values()
    )
    return int(made)


_counter = iter(range(1, 10**9))


def _some(column: "models.Field[Any, Any]") -> Any:
    """A value that the column takes, different every time where it is text."""
    if column.choices:
        return column.choices[0][0]
    if column.name == "share":
        return "1"  # of a deal: the whole of it
    kind = column.get_internal_type()
    if kind in {"CharField", "TextField", "SlugField", "EmailField"}:
        return f"x{next(_counter)}"[-(column.max_length or 99) :]
    if column.name == "share":
        return "1"  # the shares of a deal make 100 %
    simple: dict[str, Any] = {
        "BooleanField": False,
        "JSONField": "{}",
        "ArrayField": "{}",
        "BinaryField": b"x",
        "DecimalField": "0.5",
    }
    if kind in simple:
        return simple[kind]
    if column.name == "starts_on":
        return "2020-01-01"
    if column.name == "ends_before":
        return "2020-02-01"
    if kind in {"DateField", "DateTimeField"}:
        return "2020-01-01"
    return next(_counter) % 30_000 + 1


def test_a_viewer_of_another_organization_is_no_viewer_here(cast: Cast) -> None:
    with pytest.raises(Person.DoesNotExist):
        viewer_of_person(cast.mallory, organization=cast.organization, on=cast.viewer("alice").on)


def test_a_team_cannot_be_placed_below_a_team_of_another_organization(cast: Cast) -> None:
    with tenant(cast.other.pk):
        foreign = make_team("Elsewhere")
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamPlacement.objects.create(team=cast.sales, parent_id=foreign.pk)
        ask("SET CONSTRAINTS ALL IMMEDIATE")
