from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from metrics.selectors.version import data_version
from people.wall import current_organization_id


@login_required
def live_version(request: HttpRequest) -> HttpResponse:
    """204 while the numbers are those of `?since=`, otherwise their version. Open pages ask every few seconds."""
    version = str(data_version(current_organization_id() or 0))
    if request.GET.get("since") == version:
        return HttpResponse(status=204)
    return JsonResponse({"version": version})
