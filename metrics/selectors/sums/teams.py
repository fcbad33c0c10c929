"""What teams added up to, from their own rollup; from that of their people as long as a changed seat or quota is due.

Which of both holds is decided inside the statement, by the same look at the data that reads them.
"""

from collections.abc import Collection

from metrics.engine.parts import BASIS_OF, FAMILY_OF, Basis, Family, Part
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import OWN_DAY, along_the_tree, conditions, grouped, groups_of, leaf

DUE = "(SELECT EXISTS (SELECT 1 FROM metrics_dirtyteam))"
RIGHT = f"NOT {DUE}"
ATTAINED = frozenset({Part.ATTAINED_AMOUNT, Part.ATTAINED_COUNT})
BELOW = "SELECT under.descendant_id FROM people_teamclosure under WHERE under.ancestor_id = %s"
UNSEATED = """NOT EXISTS (
    SELECT 1 FROM people_seatholding h WHERE h.person_id = s.person_id AND h.starts_on <= s.day AND s.day < h.ends_before
)"""
OFTEN_UNSEATED = """
    SELECT q.person_id FROM crm_quota q WHERE q.person_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM people_seatholding h WHERE h.person_id = q.person_id
            AND h.starts_on <= q.starts_on AND q.ends_before <= h.ends_before
    )
"""


def is_about_teams(question: Question, parts: Collection[Part]) -> bool:
    """Whether the rollup of teams knows these parts as they are asked for."""
    known = all(
        part in ATTAINED or (FAMILY_OF[part] is Family.DEALS and BASIS_OF[part] is not Basis.DUE) for part in parts
    )
    only_teams = not (question.uses_products or question.traits or question.as_of)
    everybody = Dimension.PERSON not in question.by and question.scope.person_ids is None
    return known and only_teams and everybody


def team_sums(question: Question, window: Window, parts: Collection[Part], source: Sql) -> Sql:
    """Sums along the tree; `source` is the relation of people that says the same."""
    added = [f"sum({part}) AS {part}" for part in parts]
    groups = groups_of(question, window)
    of_teams = _of_days(window)
    if question.scope.team_id is not None:
        of_teams.add(f"s.team_id = ANY(ARRAY({BELOW}))", question.scope.team_id)
    fast = grouped(
        {
            **groups,
            "leaf_id": Sql("s.team_id"),
            "since": Sql(f"still.days[width_bucket({OWN_DAY}, still.days)]"),
        },
        added,
        "FROM metrics_teamrollup s CROSS JOIN still",
        of_teams,
        [],
    )
    of_people = conditions(question, window)
    of_people.add(DUE)
    slow = leaf(groups, added, source, of_people, Sql(OWN_DAY))
    both = Sql(f"({fast.text}) UNION ALL ({slow.text})", fast.parameters + slow.parameters)
    return along_the_tree(question, groups, added, both)


def attained_by_all(question: Question, window: Window, parts: Collection[Part], source: Sql) -> Sql:
    """What everybody with a quota was credited: of teams, and of those who sat in none."""
    columns = ", ".join(parts)
    of_teams, of_people = _of_days(window), conditions(question, window)
    relation = f"""(
        SELECT day, {columns} FROM metrics_teamrollup s WHERE {of_teams.text}
        UNION ALL
        SELECT day, {columns} FROM {source.text} WHERE {of_people.text} AND {DUE}
        UNION ALL
        SELECT day, {columns} FROM {source.text} WHERE {of_people.text} AND {RIGHT}
            AND s.person_id = ANY(ARRAY({OFTEN_UNSEATED})) AND {UNSEATED}
    ) s"""
    before = of_teams.parameters + (source.parameters + of_people.parameters) * 2
    added = [f"sum({part}) AS {part}" for part in parts]
    return grouped(groups_of(question, window), added, f"FROM {relation}", Sql("true"), before)


def _of_days(window: Window) -> Sql:
    sql = Sql(RIGHT)
    if window.starts_on:
        sql.add("s.day >= %s AND s.day < %s", window.starts_on, window.ends_before)
    return sql
