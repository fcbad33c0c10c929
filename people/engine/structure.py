"""Teams out of lines that say who reports to whom.

A manager's people form one team, named after the manager, who holds its manager seat. Managers of managers make the
tree: the team of a manager stands below the team of their own manager. A team column beside a manager names the office:
the parent of the topmost teams in it. A team column without a manager is the team itself.

=========  =======  =======      ============================================
person     manager  office       result
=========  =======  =======      ============================================
Anna       Dustin   Central      Central > team Dustin: Dustin (manager), Anna
Dustin     Vera     Central      Vera > Central > team Dustin
Uwe                 Field        team Field: Uwe
Vera                             nothing is said; Vera leads what others say
=========  =======  =======      ============================================

An office whose topmost teams report to different managers cannot be one branch of the tree: the managers win, the
office is left out with a warning. Whoever stands above themselves loses that manager, with a warning.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kernel.issue import IssueCollector, Level


@dataclass(frozen=True)
class Statement:
    """What a file says about one person; people are numbers (see `identity`)."""

    row: int
    manager: int | None
    team: str


@dataclass(frozen=True, order=True)
class TeamKey:
    """A team of the file: led by a manager, or named by a column (manager 0)."""

    manager: int = 0
    name: str = ""


@dataclass
class Arrangement:
    """Who sits where, and which team stands below which (None: the file does not say)."""

    seats: dict[int, tuple[TeamKey, str]] = field(default_factory=dict)
    parents: dict[TeamKey, TeamKey | None] = field(default_factory=dict)
    issues: IssueCollector = field(default_factory=IssueCollector)


def arrange(
    statements: Mapping[int, Statement], names: Mapping[int, str], leaders: Collection[int] = ()
) -> Arrangement:
    """Seats ("rep" or "manager") and parents of teams from what is said about each person.

    `leaders` lead a team already that the file leaves them; `names` is for messages.
    """
    result = Arrangement()
    manager_of = _managers(statements, names, result.issues)
    managers = {*manager_of.values(), *leaders}
    office_of = {manager: _office(manager, statements, manager_of, names, result.issues) for manager in managers}
    for person, statement in statements.items():
        if person in managers:
            continue
        if person in manager_of:
            result.seats[person] = (TeamKey(manager_of[person]), "rep")
        elif statement.team:
            result.seats[person] = (TeamKey(name=statement.team), "rep")
            result.parents.setdefault(TeamKey(name=statement.team), None)
    for manager in sorted(managers):
        result.seats[manager] = (TeamKey(manager), "manager")
        above = manager_of.get(manager)
        result.parents[TeamKey(manager)] = TeamKey(above) if above is not None else None
    _offices_place(manager_of, office_of, result)
    return result


def _managers(statements: Mapping[int, Statement], names: Mapping[int, str], issues: IssueCollector) -> dict[int, int]:
    """Manager by person, without those who name themselves and without circles."""
    manager_of = {p: s.manager for p, s in statements.items() if s.manager is not None and s.manager != p}
    settled: set[int] = set()
    for start in list(manager_of):
        path, person = [], start
        while person in manager_of and person not in settled and person not in path:
            path.append(person)
            person = manager_of[person]
        if person in path:
            _circle_break(path[path.index(person) :], statements, names, manager_of, issues)
        settled.update(path)
    return manager_of


def _circle_break(
    circle: list[int],
    statements: Mapping[int, Statement],
    names: Mapping[int, str],
    manager_of: dict[int, int],
    issues: IssueCollector,
) -> None:
    last = max(circle, key=lambda person: statements[person].row)
    chain = " → ".join(names[person] for person in [*circle, circle[0]])
    issues.add(
        Level.WARNING,
        "manager_circle",
        f"These people report to each other in a circle: {chain}. The manager of {names[last]} is left out.",
        row=statements[last].row,
        field="manager",
        value=names[manager_of.pop(last)],
    )


def _office(
    manager: int,
    statements: Mapping[int, Statement],
    manager_of: Mapping[int, int],
    names: Mapping[int, str],
    issues: IssueCollector,
) -> str:
    """The office of a manager's team: the one of their own line, otherwise the one that all their people name."""
    own = statements.get(manager)
    if own is not None and own.team:
        return own.team
    said = {statements[p].team: statements[p].row for p, m in manager_of.items() if m == manager and statements[p].team}
    if len(said) < 2:
        return next(iter(said), "")
    issues.add(
        Level.WARNING,
        "office_ambiguous",
        f"{names[manager]}'s people are in several offices ({', '.join(sorted(said))}), so none stands above them.",
        row=min(said.values()),
        field="team",
        value=names[manager],
    )
    return ""


def _offices_place(manager_of: Mapping[int, int], office_of: Mapping[int, str], result: Arrangement) -> None:
    """Put each office between its topmost teams and the one manager above them."""
    topmost: dict[str, list[int]] = defaultdict(list)
    for manager, office in sorted(office_of.items()):
        if office and office_of.get(manager_of.get(manager, 0)) != office:
            topmost[office].append(manager)
    for office, leaders in sorted(topmost.items()):
        above = {manager_of.get(leader) for leader in leaders}
        if len(above) > 1:
            result.issues.add(
                Level.WARNING,
                "office_split",
                f"The teams of the office “{office}” report to different managers, so the office is left out.",
                field="team",
                value=office,
            )
            continue
        upper = above.pop()
        result.parents[TeamKey(name=office)] = TeamKey(upper) if upper is not None else None
        for leader in leaders:
            result.parents[TeamKey(leader)] = TeamKey(name=office)
