"""Activities as pages read them."""

from collections.abc import Iterator

from django.db.models import Count, F, OrderBy, QuerySet
from django.http import Http404

from crm.models import Activity, Opportunity
from crm.policies import activities
from crm.selectors.pages import rows_of_list, rows_of_page
from people.viewer import Viewer

ORDERS: dict[str, tuple[OrderBy, ...]] = {
    "when": (F("occurred_at").asc(), F("pk").asc()),
    "-when": (F("occurred_at").desc(), F("pk").desc()),
}
RELATED = ("person", "account", "opportunity")
DEFAULT_ORDER = "-when"
MOST_SHOWN = 20  # activities on the page of a deal


def activities_found(viewer: Viewer) -> QuerySet[Activity]:
    """Every activity in sight."""
    return activities.visible(viewer)


def access_activity(viewer: Viewer, activity_id: int, action: str = "change") -> Activity:
    """The activity, where it is in sight. Raises: Http404, PermissionDenied. Two queries."""
    found = activities_found(viewer).select_related("opportunity", "person").filter(pk=activity_id).first()
    if found is None:
        raise Http404
    activities.require(viewer, action, found)
    return found


def activity_page(found: QuerySet[Activity], order: str, offset: int) -> list[Activity]:
    """One page of activities with what a list shows. Two queries."""
    return rows_of_page(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), offset, RELATED)


def activity_rows(found: QuerySet[Activity], order: str) -> Iterator[Activity]:
    """Every row of a list, for a download. One query."""
    return rows_of_list(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), RELATED)


def activity_counts(found: QuerySet[Activity]) -> dict[str, int]:
    """How many of each type. One query."""
    return dict(found.order_by().values_list("type").annotate(count=Count("pk")))


def deal_activities(deal: Opportunity) -> list[Activity]:
    """The latest of a deal that is in sight. One query."""
    found = Activity.objects.filter(opportunity=deal, is_deleted=False).select_related("person")
    return list(found.order_by("-occurred_on", "-occurred_at", "-pk")[:MOST_SHOWN])


def person_activities(person_id: int, limit: int) -> list[Activity]:
    """The latest of a person whose numbers are in sight. One query."""
    found = Activity.objects.filter(person=person_id, is_deleted=False).select_related("account")
    return list(found.order_by("-occurred_on", "-occurred_at", "-pk")[:limit])
