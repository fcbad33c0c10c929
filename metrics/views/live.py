from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from metrics.selectors.version import data_version
from people.views.page import viewer_of
from people.wall import current_organization_id

UNREAD = "X-Unread"


@login_required
def live_version(request: HttpRequest) -> HttpResponse:
    """204 while the numbers are those of `?since=`, otherwise their version. Open pages ask every few seconds.

    Either answer says how many notifications are unread, for the bell.
    """
    version = str(data_version(current_organization_id() or 0))
    is_same = request.GET.get("since") == version
    answer = HttpResponse(status=204) if is_same else JsonResponse({"version": version})
    answer[UNREAD] = str(viewer_of(request).unread_count)
    return answer
