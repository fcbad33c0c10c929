"""Read sheets of joiners, movers and leavers."""

from django.db.models import Count, QuerySet
from django.http import Http404

from people.models import Move, MoveSheet
from people.policies import moves
from people.viewer import Viewer


def access_sheet(viewer: Viewer, sheet_id: int, action: str = "view") -> MoveSheet:
    """The sheet. Raises: PermissionDenied for everybody but administrators, Http404. One query."""
    moves.require(viewer, action)
    people = ("created_by", "changed_by")
    sheet = moves.visible(viewer, action).select_related(*people).filter(pk=sheet_id).first()
    if sheet is None:
        raise Http404
    return sheet


def sheet_list(viewer: Viewer) -> QuerySet[MoveSheet]:
    """Sheets with how many lines they have, the latest first. One query when read."""
    found = moves.visible(viewer).select_related("created_by", "changed_by").annotate(line_count=Count("moves"))
    return found.order_by("-created_at", "-pk")


def sheet_moves(sheet: MoveSheet) -> list[Move]:
    """The lines of a sheet that was applied, with their people. One query."""
    return list(sheet.moves.select_related("person", "manager", "heir").order_by("number"))
