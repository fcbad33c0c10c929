"""Begin and end a look as somebody else."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from people.components import Callout, Crumb
from people.forms.look import LookForm
from people.looking import SESSION_KEY
from people.models import Look
from people.selectors.person import access_person
from people.services import look as service
from people.views.page import FormPage, form_page, viewer_of
from people.views.person import people_crumb, person_crumb


@require_http_methods(["GET", "POST"])
def look_begin(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "look_as")
    crumb = person_crumb(person)
    page = FormPage(
        _("Look as %(name)s") % {"name": person.name},
        [people_crumb(), crumb, Crumb(_("Look as"))],
        crumb.href,
        _("Look"),
        callout=Callout(
            _("%(name)s is told") % {"name": person.name},
            _(
                "You see what they see, for %(minutes)s minutes at most. Nothing can be changed, private pages stay closed, "
                "and the audit log says that you looked and why."
            )
            % {"minutes": int(service.VALID.total_seconds() // 60)},
        ),
    )

    def begin(values: dict[str, Any]) -> Look:
        look = service.look_begin(viewer=viewer, person=person, reason=values["reason"], at=timezone.now())
        request.session[SESSION_KEY] = look.pk
        return look

    return form_page(request, page, LookForm(request.POST or None, viewer=viewer), begin, lambda _look: "/")


@require_POST
def look_end(request: HttpRequest) -> HttpResponse:
    """Back to one's own eyes; also where none is under way any more."""
    looking = getattr(request, "looking", None)
    request.session.pop(SESSION_KEY, None)
    if looking is None:
        return HttpResponseRedirect("/")
    service.look_end(look=looking.look, at=timezone.now())
    messages.success(request, _("You see your own pages again."))
    return HttpResponseRedirect(reverse("people:person_detail", args=[looking.look.person_id]))
