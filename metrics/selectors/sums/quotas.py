"""Parts of quotas in force and of the credits they are held against.

Quotas are few and dated, so nothing of them is stored per day: a statement cuts each quota to the days asked for, and
takes amount × days ÷ days of the quota. Credits are read from the rollups (looking back, from the facts), on the days on
which their person, or a team above them, has a quota; both sides at the plan rate of their day where there is one. What a
quota is worth is its amount in the organization's currency; without an exchange rate it leaves both sides.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from metrics.engine.parts import Basis, Part
from metrics.facts import cycle_start
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.deals import deal_source
from metrics.selectors.sums.quotas_then import quotas_of
from metrics.selectors.sums.rollups_then import people_then
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import OWN_DAY, conditions, grouped, groups_of, key_columns, sums_statement
from metrics.selectors.sums.teams import attained_by_all, is_about_teams, team_sums
from people.models import Organization

PERSON_CREDITS = (Part.ATTAINED_AMOUNT, Part.ATTAINED_COUNT)
PERSON_QUOTAS = (Part.QUOTA_AMOUNT, Part.QUOTA_DUE_AMOUNT, Part.QUOTA_COUNT, Part.QUOTA_AMOUNT_COUNT)
TEAM_CREDITS = (Part.TEAM_ATTAINED_AMOUNT, Part.TEAM_ATTAINED_COUNT)
TEAM_QUOTAS = (Part.TEAM_QUOTA_AMOUNT, Part.TEAM_QUOTA_COUNT, Part.TEAM_QUOTA_AMOUNT_COUNT)

IN_FORCE = "q.measure = 'bookings' AND q.starts_on <= {day} AND {day} < q.ends_before"

CREDITED = f"""({{before}}
    SELECT r.person_id, r.day, {{amount}} AS attained_amount, r.won_count AS attained_count
    FROM {{days}} r JOIN {{quotas}} q ON q.person_id = r.person_id AND {IN_FORCE.format(day="r.day")}
    WHERE q.converted_amount IS NOT NULL AND {{which}}
) s"""
OF_PEOPLE = {
    "amount": "r.won_amount + r.overlay_amount + r.plan_difference + r.plan_overlay_difference",
    "which": "true",
}
# overlay stands outside the totals of teams
OF_TEAMS = {"amount": "r.won_amount + r.plan_difference", "which": "NOT q.is_overlay"}

VALUES: dict[Part, str] = {
    Part.QUOTA_AMOUNT: "sum(p.amount * p.days / p.length)",
    Part.QUOTA_DUE_AMOUNT: "sum(p.amount * p.due_days / p.length)",
    Part.QUOTA_COUNT: "count(DISTINCT p.id)",
    Part.QUOTA_AMOUNT_COUNT: "count(DISTINCT p.id) FILTER (WHERE p.amount IS NOT NULL)",
    Part.TEAM_QUOTA_AMOUNT: "sum(p.amount * p.days / p.length)",
    Part.TEAM_QUOTA_COUNT: "count(DISTINCT p.id)",
    Part.TEAM_QUOTA_AMOUNT_COUNT: "count(DISTINCT p.id) FILTER (WHERE p.amount IS NOT NULL)",
}

# a team whose own quota stands inside that of a team above it is not added to the company's total again
HIGHEST = """NOT EXISTS (
    SELECT 1 FROM people_teamclosure above JOIN {quotas} higher ON higher.team_id = above.ancestor_id
    WHERE above.descendant_id = q.team_id AND above.depth > 0 AND higher.measure = q.measure
        AND above.starts_on < q.ends_before AND q.starts_on < above.ends_before
        AND higher.starts_on < q.ends_before AND q.starts_on < higher.ends_before
)"""


def statements(
    question: Question, window: Window, parts: Sequence[Part], organization: Organization
) -> list[tuple[Sequence[Part], Sql]]:
    """Statements of sums per group: credits, quotas, credits of teams, quotas of teams, as far as asked for."""
    if not is_answerable(question):
        return []
    days = _days(question, window, organization)
    makers: tuple[tuple[tuple[Part, ...], Callable[[list[Part]], Sql]], ...] = (
        (PERSON_CREDITS, lambda some: _person_credits(question, window, some, days)),
        (PERSON_QUOTAS, lambda some: _quotas(question, window, some, person_pieces(question))),
        (TEAM_CREDITS, lambda some: _team_credits(question, window, some, days)),
        (TEAM_QUOTAS, lambda some: _quotas(question, window, some, team_pieces(question))),
    )
    found: list[tuple[Sequence[Part], Sql]] = []
    for known, make in makers:
        some = [part for part in parts if part in known]
        if some and not (known in (TEAM_CREDITS, TEAM_QUOTAS) and _is_about_people(question)):
            found.append((some, make(some)))
    return found


def is_answerable(question: Question) -> bool:
    """A quota belongs to a person or a team: it cannot be told apart, nor filtered, by anything else."""
    return not (question.uses_products or question.traits)


def _days(question: Question, window: Window, organization: Organization) -> Sql:
    """What people sold, by day: the rollups, or the facts as they stood then."""
    if question.as_of is None:
        return Sql("metrics_dailyrollup")
    start = cycle_start(organization)
    if then := people_then(question.as_of, start):
        return Sql(f"(SELECT * FROM {then})")
    found = deal_source(question, window, start, {Basis.CLOSED})
    return Sql(f"(SELECT * FROM {found.text})", found.parameters)


def _person_credits(question: Question, window: Window, parts: Sequence[Part], days: Sql) -> Sql:
    source = _credits(question, days)
    if not is_about_teams(question, parts):
        return sums_statement(question, window, parts, source, Sql(OWN_DAY))
    by = team_sums if question.uses_teams else attained_by_all
    return by(question, window, parts, source)


def _credits(question: Question, days: Sql) -> Sql:
    words = OF_PEOPLE if _is_about_people(question) else OF_TEAMS
    quotas = quotas_of(question.as_of)
    text = CREDITED.format(**words, before=quotas.before, quotas=quotas.table, days=days.text)
    return Sql(text, days.parameters)


def _is_about_people(question: Question) -> bool:
    return Dimension.PERSON in question.by or question.scope.person_ids is not None


def _quotas(question: Question, window: Window, parts: Sequence[Part], pieces: Sql) -> Sql:
    """Quotas cut to the days asked for."""
    columns = key_columns(question, window)
    cuts = _cuts(window)
    text = f"""
        WITH piece AS ({pieces.text}),
        cut AS (SELECT * FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY AS c (first, last, cut)),
        p AS (
            SELECT piece.*, cut.cut, least(piece.last, cut.last) - greatest(piece.first, cut.first) AS days,
                   greatest(0, least(piece.last, cut.last, %s::date) - greatest(piece.first, cut.first)) AS due_days
            FROM piece JOIN cut ON piece.first < cut.last AND cut.first < piece.last
        )
        SELECT {", ".join([*columns, *(f"{VALUES[part]} AS {part}" for part in parts)])} FROM p
    """
    if columns:
        text += f" GROUP BY {', '.join(columns)}"
    tomorrow = question.on + timedelta(1)
    return Sql(text, [*pieces.parameters, [first for first, _ in cuts], [last for _, last in cuts], tomorrow])


def _cuts(window: Window) -> list[tuple[date, date]]:
    """The stretches of days that are told apart, cut to the days asked for."""
    first, last = window.starts_on or date.min, window.ends_before or date.max
    if not window.cuts:
        return [(first, last)]
    return [(max(first, each.starts_on), min(last, each.ends_before)) for each in window.cuts]


LENGTH = "q.ends_before - q.starts_on AS length, q.converted_amount AS amount"


def person_pieces(question: Question) -> Sql:
    """Quotas of people, in as many pieces as they sat in teams."""
    quotas = quotas_of(question.as_of)
    where = Sql("q.person_id IS NOT NULL AND q.measure = 'bookings'")
    if not _is_about_people(question):
        where.add("NOT q.is_overlay")
    if question.scope.person_ids is not None:
        where.add("q.person_id = ANY(%s::bigint[])", list(question.scope.person_ids))
    if not question.uses_teams:
        return Sql(
            f"""{quotas.before} SELECT q.id, q.person_id, {LENGTH}, q.starts_on AS first, q.ends_before AS last
            FROM {quotas.table} q WHERE {where.text}""",
            where.parameters,
        )
    spans = ["q", "h"]
    joins, team = "", "NULL::bigint"
    for alias, is_asked in (("up", Dimension.TEAM in question.by), ("inside", question.scope.team_id is not None)):
        if is_asked:
            joins += f" JOIN people_teamclosure {alias} ON {alias}.descendant_id = seat.team_id"
            spans.append(alias)
    if Dimension.TEAM in question.by:
        team = "up.ancestor_id"
        if members := question.members.get(Dimension.TEAM):
            where.add("up.ancestor_id = ANY(%s::bigint[])", sorted(members))
    if question.scope.team_id is not None:
        where.add("inside.ancestor_id = %s", question.scope.team_id)
    first = f"greatest({', '.join(f'{each}.starts_on' for each in spans)})"
    last = f"least({', '.join(f'{each}.ends_before' for each in spans)})"
    return Sql(
        f"""{quotas.before} SELECT q.id, q.person_id, {team} AS team_id, {LENGTH}, {first} AS first, {last} AS last
        FROM {quotas.table} q JOIN people_seatholding h ON h.person_id = q.person_id
            AND h.starts_on < q.ends_before AND q.starts_on < h.ends_before
        JOIN people_seat seat ON seat.id = h.seat_id {joins}
        WHERE {where.text} AND {first} < {last}""",
        where.parameters,
    )


def _team_where(question: Question) -> Sql:
    """Which teams' own quotas are meant."""
    where = Sql("q.team_id IS NOT NULL AND q.measure = 'bookings'")
    scope = question.scope.team_id
    if Dimension.TEAM in question.by:
        if scope is not None:
            where.add(
                """EXISTS (SELECT 1 FROM people_teamclosure inside WHERE inside.descendant_id = q.team_id
                AND inside.ancestor_id = %s AND inside.starts_on < q.ends_before AND q.starts_on < inside.ends_before)""",
                scope,
            )
    elif scope is not None:
        where.add("q.team_id = %s", scope)
    else:
        where.add(HIGHEST.format(quotas=quotas_of(question.as_of).table))
    return where


def team_pieces(question: Question) -> Sql:
    where, quotas = _team_where(question), quotas_of(question.as_of)
    return Sql(
        f"""{quotas.before} SELECT q.id, q.team_id, {LENGTH}, q.starts_on AS first, q.ends_before AS last
        FROM {quotas.table} q WHERE {where.text}""",
        where.parameters,
    )


def _team_credits(question: Question, window: Window, parts: Sequence[Part], days: Sql) -> Sql:
    """Credits of everybody who sat in or below a team on days on which the team has a quota."""
    where, quotas = _team_where(question), quotas_of(question.as_of)
    source = f"""({quotas.before}
        SELECT r.person_id, r.day, q.team_id, r.won_amount + r.plan_difference AS team_attained_amount,
            r.won_count AS team_attained_count
        FROM {days.text} r
        JOIN people_seatholding h ON h.person_id = r.person_id AND h.starts_on <= r.day AND r.day < h.ends_before
        JOIN people_seat seat ON seat.id = h.seat_id
        JOIN people_teamclosure c ON c.descendant_id = seat.team_id AND c.starts_on <= r.day AND r.day < c.ends_before
        JOIN {quotas.table} q ON q.team_id = c.ancestor_id AND {IN_FORCE.format(day="r.day")}
        WHERE q.converted_amount IS NOT NULL AND {where.text}
    ) s"""
    groups = groups_of(question, window)
    if Dimension.TEAM in question.by:
        groups["team_id"] = Sql("s.team_id")
    groups = {name: groups[name] for name in key_columns(question, window)}
    added = [f"sum({part}) AS {part}" for part in parts]
    return grouped(groups, added, f"FROM {source}", conditions(question, window), days.parameters + where.parameters)
