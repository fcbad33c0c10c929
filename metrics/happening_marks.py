"""Triggers that mark what a change of leads or activities makes due, as `metrics.marks` does for deals."""

from metrics.marks import MANY

NO_DAY = "DATE '9999-12-31'"

# family, table, the days a row counts on, the columns that figures depend on
KINDS = (
    (
        "leads",
        "crm_lead",
        "owner_id",
        ("coalesce({row}.created_on, " + NO_DAY + ")", "coalesce({row}.converted_on, " + NO_DAY + ")"),
        ("owner_id", "created_on", "is_converted", "converted_on", "is_deleted"),
    ),
    (
        "activities",
        "crm_activity",
        "person_id",
        ("{row}.occurred_on",),
        ("person_id", "occurred_on", "type", "is_deleted"),
    ),
)


def _days(family: str, owner: str, days: tuple[str, ...], row: str, source: str) -> str:
    return " UNION ".join(
        f"SELECT {row}.organization_id, '{family}', coalesce({row}.{owner}, 0), 0, {day.format(row=row)}"
        f" FROM {source} AND NOT {row}.is_deleted"
        for day in days
    )


def _marks(family: str, table: str, owner: str, days: tuple[str, ...], columns: tuple[str, ...]) -> str:
    insert = "INSERT INTO metrics_dirtybucket (organization_id, family, person_id, product_id, day)"
    everything = f"{insert} SELECT DISTINCT organization_id, '{family}', 0, 0, NULL::date FROM"
    differs = "({}) IS DISTINCT FROM ({})".format(
        ", ".join(f"o.{each}" for each in columns), ", ".join(f"n.{each}" for each in columns)
    )
    joined = f"old_rows o JOIN new_rows n USING (id) WHERE {differs}"
    both = " UNION ".join(_days(family, owner, days, row, joined) for row in ("o", "n"))
    return f"""
CREATE FUNCTION metrics_mark_{family}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT {MANY}) c) >= {MANY} THEN
        {everything} changed;
    ELSE
        {insert} {_days(family, owner, days, "changed", "changed WHERE true")};
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_inserted AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_{family}();
CREATE TRIGGER metrics_mark_deleted AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_{family}();
CREATE FUNCTION metrics_mark_{family}_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rows_changed bigint;
BEGIN
    EXECUTE $count$ SELECT count(*) FROM (SELECT 1 FROM {joined} LIMIT {MANY}) c $count$ INTO rows_changed;
    IF rows_changed >= {MANY} THEN
        {everything} new_rows;
    ELSIF rows_changed > 0 THEN
        EXECUTE $mark$ {insert} {both} $mark$;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_updated AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_{family}_updated();
"""


ALL = "".join(_marks(*kind) for kind in KINDS)
DROP = "DROP FUNCTION {} CASCADE;".format(
    ", ".join(f"metrics_mark_{family}, metrics_mark_{family}_updated" for family, *_ in KINDS)
)
