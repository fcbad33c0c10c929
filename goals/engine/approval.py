"""Who has to approve a change of somebody's quota, one after the other.

A chain is a list of steps: "manager" (who leads the nearest team of the person), "manager_above" (who leads the next team above
that one), or a role ("operations", "finance", "executive"). A step that nobody can take is left out; two steps that fall to the
same people are one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MANAGERS = ("manager", "manager_above")


@dataclass(frozen=True)
class ApprovalStep:
    """One step: of the leaders of a team (`team_id`), or of a role."""

    kind: str
    team_id: int | None = None


def approval_steps(
    wanted: Sequence[str],
    teams_above: Sequence[int],
    leaders: Mapping[int, Collection[int]],
    person_id: int | None,
) -> list[ApprovalStep]:
    """The steps of a chain for one person's quota.

    `teams_above` are the team of the person and those above it, nearest first; `leaders` who leads each. Teams that the
    person leads are passed over, so nobody is asked about themselves.
    """
    led = [team for team in teams_above if set(leaders.get(team, ())) - {person_id}]
    led = [team for team in led if person_id not in leaders.get(team, ())]
    steps: list[ApprovalStep] = []
    for kind in wanted:
        if kind not in MANAGERS:
            steps.append(ApprovalStep(kind))
            continue
        place = MANAGERS.index(kind)
        if place < len(led):
            steps.append(ApprovalStep(kind, led[place]))
    return list(dict.fromkeys(steps))


def refusal_code(
    *,
    viewer_id: int,
    person_id: int | None,
    asked_by_id: int | None,
    decided_by: Collection[int],
    superior_ids: Collection[int],
    stands_in_for: Collection[int],
) -> str:
    """Why somebody may not decide although the step is theirs; empty where they may.

    `superior_ids` lead a team that the viewer sits in or below; `stands_in_for` are the people in whose place they act:
    nobody decides in the place of somebody who is asking, or whose quota it is.
    """
    places = {viewer_id, *stands_in_for}
    if person_id is not None and person_id in places:
        return "own"
    if person_id is not None and person_id in superior_ids:
        return "superior"
    if asked_by_id is not None and asked_by_id in places:
        return "asked"
    return "decided" if viewer_id in decided_by else ""
