"""Triggers that mark whose team has to be added up again: a seat taken, left or moved to another team, a quota changed.

A mark names the person and the team; what the person had is due there on all its days. They work on whole statements.
"""

HELD = "SELECT c.organization_id, c.person_id, seat.team_id FROM {rows} c JOIN people_seat seat ON seat.id = c.seat_id"
SEATED = """
    SELECT c.organization_id, h.person_id, c.team_id FROM {rows} c JOIN people_seatholding h ON h.seat_id = c.id
"""
QUOTA = """
    SELECT c.organization_id, c.person_id, seat.team_id FROM {rows} c
    JOIN people_seatholding h ON h.person_id = c.person_id JOIN people_seat seat ON seat.id = h.seat_id
"""
SIDES = {
    "INSERT": ("NEW TABLE AS new_rows", ("new_rows",)),
    "DELETE": ("OLD TABLE AS old_rows", ("old_rows",)),
    "UPDATE": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", ("old_rows", "new_rows")),
}


def _trigger(table: str, operation: str, marks: str) -> str:
    tables, sides = SIDES[operation]
    name = f"metrics_mark_teams_{table.partition('_')[2]}_{operation.lower()}"
    rows = " UNION ".join(marks.format(rows=side) for side in sides)
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE $mark$ INSERT INTO metrics_dirtyteam (organization_id, person_id, team_id) {rows} $mark$;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation} ON {table}
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


TRIGGERS = {
    "people_seatholding": (HELD, ("INSERT", "UPDATE", "DELETE")),
    "people_seat": (SEATED, ("UPDATE",)),
    "crm_quota": (QUOTA, ("INSERT", "UPDATE", "DELETE")),
}

ALL = "".join(
    _trigger(table, operation, marks) for table, (marks, operations) in TRIGGERS.items() for operation in operations
)
DUE = """
    INSERT INTO metrics_dirtyteam (organization_id, person_id, team_id) SELECT id, 0, 0 FROM people_organization;
    INSERT INTO metrics_dirtybucket (organization_id, person_id, product_id, day)
    SELECT id, 0, 0, NULL FROM people_organization;
"""
DROP = "".join(
    f"DROP FUNCTION metrics_mark_teams_{table.partition('_')[2]}_{operation.lower()} CASCADE;"
    for table, (_marks, operations) in TRIGGERS.items()
    for operation in operations
)
