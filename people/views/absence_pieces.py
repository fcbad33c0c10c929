"""What pages of people and teams show about leave, stand-ins and acting managers."""

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from people.components import Action, Callout, Cell, Column, Empty, Row, Status, Table
from people.models import ActingManager, Delegation, Leave, Person, Team
from people.policies import acting_managers, delegations, leaves
from people.selectors import absence as read
from people.viewer import Viewer
from people.views.words import away_words, both_days_words


def away_status(viewer: Viewer, person: Person) -> Status | None:
    """Away until …, today, and who stands in. One query, two of whoever is away."""
    ends_before = read.absences(viewer, [person.pk], viewer.on).get(person.pk)
    if ends_before is None:
        return None
    names = ", ".join(each.delegate.name for each in read.stand_ins([person.pk], viewer.on).get(person.pk, []))
    stands_in = [_("%(names)s stands in") % {"names": names}] if names else []
    return Status(" · ".join([away_words(ends_before), *stands_in]), "warn", "calendar")


def leave_table(viewer: Viewer, person: Person) -> Table | None:
    """The leave of a person for whoever may see it; None for others. Three queries."""
    found = read.person_leaves(viewer, person)
    if found is None:
        return None
    may_change = person.erased_at is None and leaves.can(viewer, "change", person)
    columns = [Column("days", _("Days"))]
    if may_change:
        columns += [
            Column("change", _("Change"), is_label_hidden=True),
            Column("remove", _("Remove"), is_label_hidden=True),
        ]
    add = Action(_("Enter leave"), reverse("people:leave_add", args=[person.pk]), "plus")
    return Table(
        "leave",
        _("Leave"),
        columns,
        [_leave_row(leave, may_change) for leave in found],
        empty=Empty(_("No leave is entered"), "", "calendar", [add] if may_change else []),
        is_stacked_on_phone=True,
    )


def _leave_row(leave: Leave, may_change: bool) -> Row:
    days = both_days_words(leave.starts_on, leave.ends_before)
    cells = [Cell(days)]
    if may_change:
        remove = Action(
            _("Remove"),
            reverse("people:leave_remove", args=[leave.pk]),
            kind="quiet",
            method="post",
            confirm=_("The leave %(days)s is removed.") % {"days": days},
        )
        cells.append(Cell(action=Action(_("Change"), reverse("people:leave_change", args=[leave.pk]), kind="quiet")))
        cells.append(Cell(action=remove))
    return Row(cells)


def stand_in_table(viewer: Viewer, person: Person, *, is_leader: bool) -> Table | None:
    """Who stands in for the person and for whom they do; None where there is nothing to see or say. One query."""
    may_add = is_leader and delegations.can(viewer, "create", person)
    found = read.person_delegations(viewer, person)
    if not found and not may_add:
        return None
    add = Action(_("Let somebody stand in"), reverse("people:delegation_add", args=[person.pk]), "plus")
    return Table(
        "stand-ins",
        _("Stand-ins"),
        [Column("who", _("Who")), Column("days", _("Days")), Column("end", _("End"), is_label_hidden=True)],
        [_stand_in_row(viewer, person, each) for each in found],
        empty=Empty(
            _("Nobody stands in"),
            _("Somebody who stands in sees and does for some days what a manager may."),
            "person",
            [add],
        ),
        is_stacked_on_phone=True,
    )


def _stand_in_row(viewer: Viewer, person: Person, each: Delegation) -> Row:
    if each.manager_id == person.pk:
        other, words = each.delegate, _("%(name)s stands in")
    else:
        other, words = each.manager, _("stands in for %(name)s")
    end = Action(
        _("End"),
        reverse("people:delegation_end", args=[each.pk]),
        kind="quiet",
        method="post",
        confirm=_("%(name)s does not stand in any more from today on.") % {"name": each.delegate.name},
    )
    return Row(
        [
            Cell(words % {"name": other.name}, href=reverse("people:person_detail", args=[other.pk])),
            Cell(both_days_words(each.starts_on, each.ends_before)),
            Cell(action=end) if delegations.can(viewer, "end", each) else Cell(text=" "),
        ]
    )


def absence_actions(viewer: Viewer, person: Person, *, is_leader: bool) -> list[Action]:
    """What may be entered about a person. One query."""
    actions = []
    if leaves.can(viewer, "change", person):
        actions.append(Action(_("Enter leave"), reverse("people:leave_add", args=[person.pk]), "calendar"))
    if is_leader and delegations.can(viewer, "create", person):
        actions.append(Action(_("Let somebody stand in"), reverse("people:delegation_add", args=[person.pk]), "swap"))
    return actions


def acting_callouts(viewer: Viewer, team: Team, on: date) -> list[Callout]:
    """Who leads the team for a while, on the day or later. One query."""
    may_end = acting_managers.can(viewer, "end", team)
    return [_acting_callout(each, may_end) for each in read.team_acting(team.pk, on)]


def _acting_callout(acting: ActingManager, may_end: bool) -> Callout:
    end = Action(
        _("End"),
        reverse("people:acting_end", args=[acting.pk]),
        kind="quiet",
        method="post",
        confirm=_("%(name)s does not lead the team any more from today on.") % {"name": acting.person.name},
    )
    return Callout(
        _("%(name)s acts as manager") % {"name": acting.person.name},
        both_days_words(acting.starts_on, acting.ends_before),
        "accent",
        [end] if may_end else [],
    )


def acting_action(viewer: Viewer, team: Team) -> list[Action]:
    """Naming an acting manager, for whoever may. No query."""
    if not acting_managers.can(viewer, "create", team):
        return []
    return [Action(_("Acting manager"), reverse("people:acting_add", args=[team.pk]), "swap")]


def holder_words(viewer: Viewer, person_ids: Sequence[int], manager_ids: Sequence[int], on: date) -> dict[int, str]:
    """By person: until when they are away on the day, and who stands in for the managers. Two queries."""
    away = read.absences(viewer, person_ids, on)
    standing = read.stand_ins(manager_ids, on)
    words: dict[int, list[str]] = {key: [away_words(ends_before)] for key, ends_before in away.items()}
    for key, found in standing.items():
        names = ", ".join(each.delegate.name for each in found)
        words.setdefault(key, []).append(_("%(names)s stands in") % {"names": names})
    return {key: " · ".join(parts) for key, parts in words.items()}
