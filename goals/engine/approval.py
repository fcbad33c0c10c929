"""Who has to approve a quota, or the quotas of a plan, one after the other.

A chain is a list of steps: "manager" (who leads the nearest team of the person), "manager_above" (who leads the next team above
that one), or a role ("operations", "finance", "executive"). A step that nobody can take is left out; two steps that fall to the
same people are one. The quotas of several people have a step for each of their managers; those of one kind wait side by side.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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


def steps_together(wanted: Sequence[str], of_persons: Iterable[Sequence[ApprovalStep]]) -> list[ApprovalStep]:
    """The steps of several people's quotas as one way: kind by kind as `wanted`, each team once, at the last of its kinds."""
    ranks = {kind: rank for rank, kind in enumerate(wanted)}
    last: dict[int | str, ApprovalStep] = {}
    for step in (step for way in of_persons for step in way):
        key = step.kind if step.team_id is None else step.team_id
        if key not in last or ranks[step.kind] > ranks[last[key].kind]:
            last[key] = step
    return sorted(last.values(), key=lambda step: (ranks[step.kind], step.team_id or 0))


def steps_kept(steps: Sequence[ApprovalStep], able: Sequence[Collection[int]]) -> list[ApprovalStep]:
    """The steps that somebody can take; `able` are the people who may, step by step.

    Nobody takes steps of two kinds, so whoever alone can take a later one is not counted for an earlier one.
    """
    needed: set[int] = set()
    kept: list[ApprovalStep] = []
    for kind in reversed(list(dict.fromkeys(step.kind for step in steps))):
        found = [(step, set(who) - needed) for step, who in zip(steps, able, strict=True) if step.kind == kind]
        kept = [*(step for step, who in found if who), *kept]
        needed |= {person for _step, who in found if len(who) == 1 for person in who}
    return kept


def steps_waiting(steps: Sequence[ApprovalStep], taken: Collection[int]) -> list[int]:
    """The numbers of the steps that wait: those not taken of the first kind that has any; empty when all are taken."""
    left = [number for number in range(len(steps)) if number not in taken]
    return [number for number in left if steps[number].kind == steps[left[0]].kind]


def refusal_code(
    *,
    viewer_id: int,
    person_ids: Collection[int],
    author_ids: Collection[int],
    decided_by: Collection[int],
    superior_ids: Collection[int],
    stands_in_for: Collection[int],
) -> str:
    """Why somebody may not decide although the step is theirs; empty where they may.

    `person_ids` are those whose quotas are decided about, `author_ids` who asked or drew them up, `decided_by` who has taken
    steps of another kind. `superior_ids` lead a team that the viewer sits in or below; `stands_in_for` are the people in whose
    place they act: nobody decides in the place of somebody who is asking, or whose quota it is.
    """
    places = {viewer_id, *stands_in_for}
    if places & set(person_ids):
        return "own"
    if set(superior_ids) & set(person_ids):
        return "superior"
    if places & set(author_ids):
        return "asked"
    return "decided" if viewer_id in decided_by else ""
