"""Organizations that benchmarks make for themselves and take away again."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import connection, transaction

AsOwner = Callable[[], AbstractContextManager[None]]

OWNED = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""


def bench_organization_remove(slug: str, as_owner: AsOwner) -> None:
    """Take a benchmark's organization away with every row of its; by the owner, because a triggerless delete is quick."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_organization WHERE slug = %s AND slug LIKE 'bench-%%'", [slug])
        organizations = [row[0] for row in cursor.fetchall()]
        cursor.execute(OWNED)
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for organization in organizations:
            cursor.execute(
                "DELETE FROM account_emailaddress WHERE user_id IN"
                " (SELECT id FROM people_user WHERE organization_id = %s)",
                [organization],
            )
            for table in tables:
                cursor.execute(f'DELETE FROM "{table}" WHERE organization_id = %s', [organization])
            cursor.execute("DELETE FROM people_organization WHERE id = %s", [organization])
