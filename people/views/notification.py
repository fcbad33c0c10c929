"""The inbox: what one was told, what is unread, where it leads; how one wants to hear of it; the way out of mails."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.components import Action, Callout, Crumb, Empty, Pages
from people.forms.notification import NotificationFilter, NotificationPreferencesForm
from people.looking import private
from people.mail import is_mail_sent
from people.models import Notification, Organization
from people.notifications import Words, href_of, kind_named, words_of
from people.selectors import notification as read
from people.services import notification as service
from people.views.page import FormPage, form_page, viewer_of
from people.wall import tenant

PAGE_SIZE = 30


@dataclass(frozen=True)
class InboxItem:
    """One notification as the list shows it; without words the reader may not see any more what it was about."""

    id: int
    words: Words | None
    kind: str
    icon: str
    at: datetime
    is_unread: bool
    leads_somewhere: bool


@private
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """What one was told, the latest first."""
    viewer = viewer_of(request)
    form = NotificationFilter(request.GET, kinds=read.kinds_told(viewer))
    form.is_valid()  # a filter that makes no sense is left out, and the form says so
    chosen: dict[str, Any] = form.cleaned_data
    is_filtered = bool(chosen.get("state") or chosen.get("kind"))
    rows = read.notification_rows(viewer, kind=chosen.get("kind", ""), is_unread=chosen.get("state") == "unread")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    told = list(page.object_list)
    context = {
        "form": form,
        "items": [_item(row, words) for row, words in zip(told, words_of(viewer, told), strict=True)],
        "pages": Pages(page, request.GET) if page.paginator.num_pages > 1 else None,
        "empty": _empty(is_filtered),
        "here": request.get_full_path(),
        "unread_count": viewer.unread_count,
        "read_all": Action(
            _("Mark all as read"), reverse("people:notifications_read"), "check", "secondary", "post"
        ),
        "preferences": Action(_("How you hear of them"), reverse("people:notification_preferences"), "settings"),
    }  # fmt: skip
    return render(request, "people/notification_list.html", context)


def _item(row: Notification, words: Words | None) -> InboxItem:
    kind = kind_named(row.kind)
    return InboxItem(
        id=row.pk,
        words=words,
        kind=str(kind.label) if kind else "",
        icon=kind.icon if kind else "bell",
        at=row.created_at,
        is_unread=row.read_at is None,
        leads_somewhere=words is not None and bool(href_of(row)),
    )


def _empty(is_filtered: bool) -> Empty:
    if is_filtered:
        clear = Action(_("Show all"), reverse("people:notification_list"))
        return Empty(_("Nothing fits these filters"), _("Take one of them away."), "bell", [clear])
    text = _("What concerns you appears here by itself, and in your e-mail if you want it there.")
    return Empty(_("Nothing to tell you yet"), text, "bell")


@private
@never_cache
@require_safe
def notification_open(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Where links in the inbox and in mails lead: it is read now, and one is at the page it is about."""
    viewer = viewer_of(request)
    row = read.access_notification(viewer, notification_id)
    if request.method == "GET":
        service.notifications_read(viewer=viewer, at=timezone.now(), ids=[row.pk])
    words, href = words_of(viewer, [row])[0], href_of(row)
    if words is not None and href:
        return HttpResponseRedirect(href)
    context = {"words": words, "back": reverse("people:notification_list")}
    return render(request, "people/notification_gone.html", context, status=200 if words else 410)


@private
@require_POST
def notification_read(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one as read without opening it."""
    viewer = viewer_of(request)
    row = read.access_notification(viewer, notification_id)
    service.notifications_read(viewer=viewer, at=timezone.now(), ids=[row.pk])
    return HttpResponseRedirect(_back(request))


@private
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    count = service.notifications_read(viewer=viewer_of(request), at=timezone.now())
    words = ngettext("%(count)s notification is marked as read.", "%(count)s notifications are marked as read.", count)
    messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("people:notification_list"))


def _back(request: HttpRequest) -> str:
    """The list as it was filtered, where the form says so."""
    inbox, asked = reverse("people:notification_list"), request.POST.get("next", "")
    is_ours = asked.startswith(inbox) and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else inbox


@private
@require_http_methods(["GET", "POST"])
def notification_preferences(request: HttpRequest) -> HttpResponse:
    """How one hears of each kind by e-mail; the inbox always has it."""
    viewer = viewer_of(request)
    form = NotificationPreferencesForm(
        request.POST or None, viewer=viewer, preferences=read.preferences_of(viewer), label_suffix=""
    )
    profile = reverse("people:profile")
    page = FormPage(
        _("Notifications"),
        [Crumb(_("Your profile"), profile), Crumb(_("Notifications"))],
        profile,
        subtitle=_("The inbox always has everything. Choose what comes by e-mail too; the daily one comes at seven."),
        callout=None if is_mail_sent() else _no_mail_callout(),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.preferences_change(viewer=viewer, choices=values, at=timezone.now()),
        lambda _result: reverse("people:notification_preferences"),
        _("Your choices are saved."),
    )


def _no_mail_callout() -> Callout:
    text = _("No mail server is set up here. Your choices hold as soon as there is one.")
    return Callout(_("No e-mails are sent"), text, "warn")


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed link is what allows it
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the end of a mail. Opening it changes nothing, since programs open links too; the button does."""
    stop = service.unsubscribe_stop(token)
    organization = Organization.objects.filter(pk=stop.organization_id).first() if stop else None
    if stop is None or organization is None:
        return render(request, "people/unsubscribe.html", {"state": "unknown"}, status=410)
    kind = kind_named(stop.kind)
    with translation.override(organization.locale):
        context = {"state": "ask", "kind": kind.label if kind else "", "organization": organization.name}
        if request.method == "POST":
            with tenant(organization.pk):
                service.unsubscribe(stop=stop, at=timezone.now())
            context["state"] = "done"
        return render(request, "people/unsubscribe.html", context)
