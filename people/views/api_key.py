"""Keys with which programs speak for a person: made, shown once, revoked."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, PersonChip, Row, Status, Table
from people.forms.api_key import ApiKeyForm
from people.models import ApiKey
from people.policies import api_keys
from people.selectors.api_key import access_api_key, is_over, key_persons
from people.selectors.api_key import api_key_list as read_keys
from people.services.api_key import MadeKey, api_key_create, api_key_revoke
from people.views.page import FormPage, act, form_page, viewer_of

SENT_AS = {"header": "Authorization", "word": "Bearer"}


@require_GET
def api_key_list(request: HttpRequest) -> HttpResponse:
    """Which programs may ask, for whom, and when they last did."""
    viewer = viewer_of(request)
    api_keys.require(viewer, "view")
    make = Action(_("Make a key"), reverse("people:api_key_add"), "plus", "primary")
    now = timezone.now()
    table = Table(
        "keys",
        _("API keys"),
        [
            Column("name", _("Name")),
            Column("person", _("Speaks for")),
            Column("scopes", pgettext("rights of a key", "May")),
            Column("used", _("Last used")),
            Column("state", _("State")),
            Column("action", _("Action"), is_label_hidden=True),
        ],
        [_row(key, now) for key in read_keys(viewer)],
        empty=Empty(
            _("No keys yet"), _("Make one for each program that reads or sends data, so that each can be revoked."),
            "lock", [make],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )  # fmt: skip
    docs = Action(_("What programs can do"), reverse("api:docs"), "catalogue")
    return render(request, "people/api_key_list.html", {"table": table, "actions": [docs, make]})


def _row(key: ApiKey, now: datetime) -> Row:
    person = key.person
    return Row(
        [
            Cell(key.name, detail=f"…{key.ending}"),
            Cell(person=PersonChip(person.name, person.email, reverse("people:person_detail", args=[person.pk]), True)),
            Cell(", ".join(key.scopes)),
            Cell(formats.moment(key.last_used_at) if key.last_used_at else _("never")),
            Cell(status=_state(key, now)),
            Cell() if is_over(key, now) else Cell(action=_revoke(key)),
        ]
    )


def _revoke(key: ApiKey) -> Action:
    words = _("Whatever uses “%(name)s” is refused from now on. This cannot be taken back.")
    return Action(
        _("Revoke"),
        reverse("people:api_key_revoke", args=[key.pk]),
        kind="quiet",
        method="post",
        confirm=words % {"name": key.name},
    )


def _state(key: ApiKey, now: datetime) -> Status:
    if key.revoked_at is not None:
        return Status(_("Revoked"), "neutral", "minus")
    if is_over(key, now):
        return Status(_("Expired"), "warn", "clock")
    if key.expires_at is not None:
        return Status(_("Works until %(moment)s") % {"moment": formats.moment(key.expires_at)}, "good")
    return Status(_("Works"), "good")


@never_cache
@require_http_methods(["GET", "POST"])
def api_key_add(request: HttpRequest) -> HttpResponse:
    """Make a key; its text is on the answer and nowhere else."""
    viewer = viewer_of(request)
    api_keys.require(viewer, "create")
    initial = {"person": viewer.person}
    form = ApiKeyForm(request.POST or None, initial=initial, viewer=viewer, people=key_persons(viewer))
    back = reverse("people:api_key_list")
    page = FormPage(_("Make a key"), [Crumb(_("API keys"), back), Crumb(_("New"))], back, _("Make the key"))
    made: list[MadeKey] = []

    def make(values: dict[str, Any]) -> None:
        day = values.pop("expires_on")
        zone = ZoneInfo(viewer.organization.time_zone)
        expires_at = datetime.combine(day, time(), zone) if day else None
        made.append(api_key_create(viewer=viewer, at=timezone.now(), expires_at=expires_at, **values))

    answer = form_page(request, page, form, make, lambda _result: back)
    if not made:
        return answer
    return render(request, "people/api_key_made.html", {"page": page, "made": made[0], **SENT_AS})


@require_POST
def api_key_revoke_view(request: HttpRequest, key_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    key = access_api_key(viewer, key_id, "revoke")
    return act(
        request,
        reverse("people:api_key_list"),
        _("The key is revoked."),
        lambda: api_key_revoke(viewer=viewer, key=key, at=timezone.now()),
    )
