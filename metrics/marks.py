"""Triggers that mark what a change of facts makes due, in the transaction of the change.

They work on whole statements through transition tables: one changed deal leaves at most four marks, a load of more than
`MANY` rows one mark without a day, so that one rebuild follows instead of a million buckets. Columns that no figure
depends on (name, account, texts) leave none. Nothing is announced here: the services that change facts ring the bell.
What joins is run by EXECUTE, which plans for the rows at hand: a session keeps the plan of its first, often small statement.
"""

MANY = 20_000  # changed rows of one statement from which a rebuild is cheaper than its buckets

DAY = "coalesce({row}.closed_on, DATE '9999-12-31')"

INSERTED = f"""
CREATE FUNCTION metrics_mark_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM changed LIMIT {MANY}) c) >= {MANY} THEN
        INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT DISTINCT organization_id, 0, 0, NULL::date FROM changed;
    ELSE
        INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT organization_id, coalesce(owner_id, 0), coalesce(product_id, 0), {DAY.format(row="changed")}
        FROM changed WHERE NOT is_deleted
        UNION
        SELECT organization_id, coalesce(owner_id, 0), coalesce(product_id, 0), created_on
        FROM changed WHERE NOT is_deleted AND created_on IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_inserted AFTER INSERT ON crm_opportunity
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_inserted();
CREATE TRIGGER metrics_mark_deleted AFTER DELETE ON crm_opportunity
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_inserted();
"""

CLOSED_CHANGE = """
    (o.owner_id, o.product_id, o.stage_id, o.outcome, o.converted_amount, o.plan_amount, o.probability, o.closed_on,
     o.engaged_on, o.created_on, o.is_deleted)
    IS DISTINCT FROM
    (n.owner_id, n.product_id, n.stage_id, n.outcome, n.converted_amount, n.plan_amount, n.probability, n.closed_on,
     n.engaged_on, n.created_on, n.is_deleted)
"""

CREATED_CHANGE = """
    (o.owner_id, o.product_id, o.converted_amount, o.created_on, o.is_deleted)
    IS DISTINCT FROM
    (n.owner_id, n.product_id, n.converted_amount, n.created_on, n.is_deleted)
"""


def _updated_side(row: str) -> str:
    return f"""
        SELECT {row}.organization_id, coalesce({row}.owner_id, 0), coalesce({row}.product_id, 0), {DAY.format(row=row)}
        FROM old_rows o JOIN new_rows n USING (id) WHERE NOT {row}.is_deleted AND {CLOSED_CHANGE}
        UNION
        SELECT {row}.organization_id, coalesce({row}.owner_id, 0), coalesce({row}.product_id, 0), {row}.created_on
        FROM old_rows o JOIN new_rows n USING (id)
        WHERE NOT {row}.is_deleted AND {row}.created_on IS NOT NULL AND {CREATED_CHANGE}
    """


UPDATED = f"""
CREATE FUNCTION metrics_mark_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rows_changed bigint;
BEGIN
    EXECUTE $count$ SELECT count(*) FROM (
        SELECT 1 FROM old_rows o JOIN new_rows n USING (id) WHERE {CLOSED_CHANGE} LIMIT {MANY}
    ) c $count$ INTO rows_changed;
    IF rows_changed >= {MANY} THEN
        INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT DISTINCT organization_id, 0, 0, NULL::date FROM new_rows;
    ELSE
        EXECUTE $mark$ INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        {_updated_side("o")} UNION {_updated_side("n")} $mark$;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_updated AFTER UPDATE ON crm_opportunity
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_updated();
"""

# The probability of a stage weighs every open deal in it that has none of its own.
STAGE_MARKS = f"""
    SELECT DISTINCT d.organization_id, coalesce(d.owner_id, 0), coalesce(d.product_id, 0), {DAY.format(row="d")}
    FROM old_rows o JOIN new_rows n USING (id) JOIN crm_opportunity d ON d.stage_id = n.id
    WHERE (o.probability, o.outcome) IS DISTINCT FROM (n.probability, n.outcome)
        AND d.outcome = 'open' AND NOT d.is_deleted AND d.probability IS NULL
"""

STAGE = f"""
CREATE FUNCTION metrics_mark_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE buckets bigint;
BEGIN
    EXECUTE $count$ SELECT count(*) FROM ({STAGE_MARKS} LIMIT {MANY}) c $count$ INTO buckets;
    IF buckets >= {MANY} THEN
        INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT DISTINCT organization_id, 0, 0, NULL::date FROM new_rows;
    ELSE
        EXECUTE $mark$ INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        {STAGE_MARKS} $mark$;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_stage AFTER UPDATE ON crm_stage
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_stage();
"""

# Settings that every figure depends on. The table stands outside the wall, so the tenant may be unset here.
SETTINGS = """
CREATE FUNCTION metrics_mark_settings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE former text := coalesce(current_setting('app.organization', true), '');
BEGIN
    PERFORM set_config('app.organization', NEW.id::text, true);
    INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day) VALUES (NEW.id, 0, 0, NULL);
    PERFORM set_config('app.organization', former, true);
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_settings AFTER UPDATE ON people_organization FOR EACH ROW
    WHEN ((OLD.cycle_start, OLD.currency) IS DISTINCT FROM (NEW.cycle_start, NEW.currency))
    EXECUTE FUNCTION metrics_mark_settings();
"""

# Who sat where changes no rollup but what teams add up to: a mark on a day without facts counts the version up.
STRUCTURE = """
CREATE FUNCTION metrics_mark_structure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
    SELECT DISTINCT organization_id, 0, 0, DATE '0001-01-01' FROM changed;
    RETURN NULL;
END $$;
"""
STRUCTURE_TABLES = ("people_seat", "people_seatholding", "people_teamplacement", "people_person", "people_team")
STRUCTURE_TRIGGERS = "".join(
    f"""
CREATE TRIGGER metrics_mark_structure_{operation.lower()} AFTER {operation} ON {table}
    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_structure();
"""
    for table in STRUCTURE_TABLES
    for operation, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)

# Quotas are read as they are: no rollup depends on them, what is shown does.
QUOTAS = "".join(
    f"""
CREATE TRIGGER metrics_mark_quotas_{operation.lower()} AFTER {operation} ON crm_quota
    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_structure();
"""
    for operation, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
DROP_QUOTAS = "".join(
    f"DROP TRIGGER metrics_mark_quotas_{operation} ON crm_quota;" for operation in ("insert", "update", "delete")
)


# What facts are told apart by, beside their owner and product, is read as it is: no rollup depends on it, what is shown does.
def _described(table: str) -> str:
    return "".join(
        f"""
CREATE TRIGGER metrics_mark_described_{operation.lower()} AFTER {operation} ON {table}
    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_structure();
"""
        for operation, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


def _undescribed(table: str) -> str:
    return "".join(
        f"DROP TRIGGER metrics_mark_described_{operation} ON {table};" for operation in ("insert", "update", "delete")
    )


DESCRIBING = {
    "crm_opportunity": ("account_id", "lead_source", "deal_type", "loss_reason", "next_step", "next_step_on"),
    "crm_lead": ("account_id", "lead_source"),
    "crm_activity": ("account_id", "opportunity_id"),
    "crm_account": ("region", "industry"),
}


def _redescribed(table: str, columns: tuple[str, ...]) -> str:
    o, n = (", ".join(f"{row}.{column}" for column in columns) for row in "on")
    name = f"metrics_mark_redescribed_{table.removeprefix('crm_')}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE $mark$ INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT DISTINCT n.organization_id, 0, 0, DATE '0001-01-01' FROM old_rows o JOIN new_rows n USING (id)
        WHERE ({o}) IS DISTINCT FROM ({n}) $mark$;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


DESCRIBED = _described("crm_customvalue") + "".join(_redescribed(*each) for each in DESCRIBING.items())
DROP_DESCRIBED = (
    _undescribed("crm_customvalue")
    + "DROP FUNCTION "
    + ", ".join(f"metrics_mark_redescribed_{table.removeprefix('crm_')}" for table in DESCRIBING)
    + " CASCADE;"
)

# Open deals are shown by stage: what the stages are called, and in which order they and their pipelines stand.
STAGES = _described("crm_stage") + _described("crm_pipeline")
DROP_STAGES = _undescribed("crm_stage") + _undescribed("crm_pipeline")

# Credits move amounts between people: theirs, and the owner's, on the days of the deal.
CREDIT_DAYS = f"""
    SELECT o.organization_id, coalesce({{who}}, 0), coalesce(o.product_id, 0), {DAY.format(row="o")}
    FROM {{rows}} WHERE NOT o.is_deleted
    UNION
    SELECT o.organization_id, coalesce({{who}}, 0), coalesce(o.product_id, 0), o.created_on
    FROM {{rows}} WHERE NOT o.is_deleted AND o.created_on IS NOT NULL
"""


def _credit_marks(rows: str) -> str:
    return (
        CREDIT_DAYS.format(who="c.person_id", rows=rows) + " UNION " + CREDIT_DAYS.format(who="o.owner_id", rows=rows)
    )


def _credit_trigger(operation: str, tables: str, sides: tuple[str, ...]) -> str:
    name = f"metrics_mark_credits_{operation.lower()}"
    marks = " UNION ".join(
        _credit_marks(f"{side} c JOIN crm_opportunity o ON o.id = c.opportunity_id") for side in sides
    )
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM {sides[-1]} LIMIT {MANY}) c) >= {MANY} THEN
        INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        SELECT DISTINCT organization_id, 0, 0, NULL::date FROM {sides[-1]};
    ELSE
        EXECUTE $mark$ INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        {marks} $mark$;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation} ON crm_credit
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


# A changed deal with credits is due for everybody who has one.
CREDITED_DEALS = f"""
CREATE FUNCTION metrics_mark_credited_deals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM old_rows WHERE has_credits) OR EXISTS (SELECT 1 FROM new_rows WHERE has_credits) THEN
        EXECUTE $mark$ INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
        {CREDIT_DAYS.format(who="c.person_id", rows="old_rows o JOIN crm_credit c ON c.opportunity_id = o.id")} UNION
        {CREDIT_DAYS.format(who="c.person_id", rows="new_rows o JOIN crm_credit c ON c.opportunity_id = o.id")} $mark$;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_mark_credited_deals AFTER UPDATE ON crm_opportunity
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_mark_credited_deals();
"""

CREDITS = (
    _credit_trigger("INSERT", "NEW TABLE AS changed", ("changed",))
    + _credit_trigger("DELETE", "OLD TABLE AS changed", ("changed",))
    + _credit_trigger("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows", ("old_rows", "new_rows"))
    + CREDITED_DEALS
    + "INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)"
    " SELECT id, 0, 0, NULL FROM people_organization;"
)
DROP_CREDITS = (
    "DROP FUNCTION metrics_mark_credits_insert, metrics_mark_credits_delete, metrics_mark_credits_update,"
    " metrics_mark_credited_deals CASCADE;"
)

# A product's deals of a creation day; those of a close day have an index of their own in crm.
CREATED_INDEX = """
CREATE INDEX opportunity_product_created ON crm_opportunity (organization_id, product_id, created_on)
    INCLUDE (converted_amount) WHERE NOT is_deleted;
"""

ALL = INSERTED + UPDATED + STAGE + SETTINGS + STRUCTURE + STRUCTURE_TRIGGERS + CREATED_INDEX

DROP = (
    "DROP INDEX opportunity_product_created;"
    "DROP FUNCTION metrics_mark_inserted, metrics_mark_updated, metrics_mark_stage, metrics_mark_settings,"
    " metrics_mark_structure CASCADE;"
)
