"""Raise the wall after every migration: role, grants, policies and references. Idempotent; needs the schema's owner."""

from typing import Any

from django.apps import apps
from django.db import connections, models

ROLE = "spm_app"
HERE = "organization_id = current_setting('app.organization')::bigint"

ROLE_SQL = f"""
DO $$ BEGIN
    CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    EXECUTE format('GRANT {ROLE} TO %I WITH SET TRUE', current_user);
EXCEPTION WHEN OTHERS THEN
    IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN RAISE; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {ROLE};
"""

POLICY_SQL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall ON {table};
CREATE POLICY wall ON {table} USING ({here}) WITH CHECK ({here});
"""

INDEX_SQL = """
DO $$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = '{table}'::regclass AND a.attname = 'organization_id' AND i.indpred IS NULL
    ) THEN
        CREATE INDEX {name} ON {table} (organization_id);
    END IF;
END $$;
"""

PARENT_SQL = "ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (organization_id, id)"

REFERENCE_SQL = """
ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (organization_id, {column})
    REFERENCES {parent} (organization_id, id) DEFERRABLE INITIALLY DEFERRED
"""

# A large statement joins whole sets: right after a large load the planner does not know yet how large the tables are, and
# would go through the parent once for each row. EXECUTE plans anew, because a session keeps the plan of a small statement.
MANY = 500

CHECK_SQL = """
    EXECUTE $check$ SELECT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT organization_id, {column} FROM changed WHERE {column} IS NOT NULL) c
        WHERE NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.id = c.{column} AND p.organization_id = c.organization_id)
    ) $check$ INTO is_astray;
    IF is_astray THEN
        RAISE foreign_key_violation USING MESSAGE = '{table}.{column} refers to a row that is not in {parent}';
    END IF;
"""

TRIGGER_SQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_astray boolean;
    nested_loops text := current_setting('enable_nestloop');
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT {many}) c) >= {many} THEN
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    {checks}
    PERFORM set_config('enable_nestloop', nested_loops, true);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name}_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE OR REPLACE TRIGGER {name}_update AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def is_event(model: type[models.Model]) -> bool:
    """History rows keep keys that may outlive their objects; they are no references."""
    return hasattr(model, "pgh_tracked_model")


def has_organization(model: type[models.Model]) -> bool:
    return any(field.name == "organization" for field in model._meta.local_concrete_fields)


def walled_models() -> list[type[models.Model]]:
    """Every model with an organization but the sign-in identity, which is read before anyone is signed in."""
    return [m for m in apps.get_models() if has_organization(m) and m._meta.managed and m._meta.label != "people.User"]


def references(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """Foreign keys of a walled model to rows of an organization."""
    if is_event(model):
        return []
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and has_organization(field.related_model)
    ]


def wall_build(using: str = "default", **_: Any) -> None:
    """Receiver of `post_migrate`."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, to_regclass('people_organization') IS NOT NULL")
        user, is_migrated = cursor.fetchone()
        if user == ROLE or not is_migrated:
            return
        cursor.execute(ROLE_SQL)
        tables = set(connection.introspection.table_names(cursor))
        present = [model for model in walled_models() if model._meta.db_table in tables]
        known = _constraints(cursor)
        for model in present:
            cursor.execute(POLICY_SQL.format(table=model._meta.db_table, here=HERE))
        for model in present:
            _references_build(cursor, model, known, tables)
        for model in present:
            table = model._meta.db_table
            cursor.execute(INDEX_SQL.format(table=table, name=f"wall_{table}"[:63]))


def _constraints(cursor: Any) -> set[str]:
    cursor.execute("SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace")
    return {row[0] for row in cursor.fetchall()}


def _references_build(cursor: Any, model: type[models.Model], known: set[str], tables: set[str]) -> None:
    table, checks = model._meta.db_table, []
    for field in references(model):
        parent = field.related_model._meta.db_table
        if parent not in tables:
            continue
        if field.db_constraint:  # type: ignore[attr-defined]
            _composite_build(cursor, table, field.column, parent, known)
        else:
            checks.append(CHECK_SQL.format(table=table, column=field.column, parent=parent))
    if checks:
        cursor.execute(TRIGGER_SQL.format(name=f"wall_{table}", table=table, checks="".join(checks), many=MANY))


def _composite_build(cursor: Any, table: str, column: str, parent: str, known: set[str]) -> None:
    target = f"wall_{parent}_id"
    if target not in known:
        cursor.execute(PARENT_SQL.format(table=parent, name=target))
        known.add(target)
    name = f"wall_{table}_{column}"[:63]
    if name not in known:
        cursor.execute(REFERENCE_SQL.format(table=table, name=name, column=column, parent=parent))
        known.add(name)
