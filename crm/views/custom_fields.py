"""Fields that the organization adds to deals, accounts and leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.custom_fields import CustomFieldChangeForm, CustomFieldForm
from crm.models import CustomField
from crm.policies import custom_fields
from crm.selectors.custom import access_custom_field, fields_in_use
from crm.services.custom_fields import field_change, field_create, field_delete, field_switch
from people.components import Action, Cell, Column, Crumb, Empty, Row, Status, Table
from people.views.page import FormPage, act, form_page, viewer_of


@require_http_methods(["GET", "POST"])
def custom_field_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    custom_fields.require(viewer, "view")
    here = reverse("crm:custom_field_list")
    form = CustomFieldForm(request.POST or None, viewer=viewer)
    if request.method == "POST":
        page = FormPage(_("Add a field"), [Crumb(_("Own fields"), here), Crumb(_("New"))], here, _("Add this field"))
        return form_page(
            request,
            page,
            form,
            lambda data: field_create(viewer=viewer, **data, at=timezone.now()),
            lambda _field: here,
            _("The field is there. A column of its name feeds it from the next import on."),
        )
    context = {"table": _table(fields_in_use()), "form": form, "submit_label": _("Add this field")}
    return render(request, "crm/custom_field_list.html", context)


@require_http_methods(["GET", "POST"])
def custom_field_detail_view(request: HttpRequest, field_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    field = access_custom_field(viewer, field_id)
    here = reverse("crm:custom_field_list")
    form = CustomFieldChangeForm(request.POST or None, viewer=viewer, field=field)
    return form_page(
        request,
        FormPage(field.name, [Crumb(_("Own fields"), here), Crumb(field.name)], here),
        form,
        lambda data: field_change(
            viewer=viewer, field=field, name=data["name"], choices=data.get("choices", []), at=timezone.now()
        ),
        lambda _done: here,
        _("The field is changed."),
    )


@require_POST
def custom_field_delete_view(request: HttpRequest, field_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    field = access_custom_field(viewer, field_id)
    return act(
        request,
        reverse("crm:custom_field_list"),
        _("The field is gone."),
        lambda: field_delete(viewer=viewer, field=field, at=timezone.now()),
    )


@require_POST
def custom_field_off_view(request: HttpRequest, field_id: int) -> HttpResponse:
    return _switched(request, field_id, True, _("The field is switched off. Its values are kept."))


@require_POST
def custom_field_on_view(request: HttpRequest, field_id: int) -> HttpResponse:
    return _switched(request, field_id, False, _("The field is switched on, with the values it had."))


def _switched(request: HttpRequest, field_id: int, is_off: bool, words: str) -> HttpResponse:
    viewer = viewer_of(request)
    field = access_custom_field(viewer, field_id)
    return act(
        request,
        reverse("crm:custom_field_list"),
        words,
        lambda: field_switch(viewer=viewer, field=field, is_off=is_off, at=timezone.now()),
    )


def _table(rows: list[tuple[CustomField, int]]) -> Table:
    return Table(
        id="fields",
        caption=_("Own fields"),
        columns=[
            Column("name", _("Field")),
            Column("entity", _("Belongs to")),
            Column("type", _("Type")),
            Column("key", _("In mapping files")),
            Column("count", _("Values"), "count"),
            Column("state", _("State")),
            Column("switch", _("Switch"), is_label_hidden=True),
            Column("delete", _("Take away"), is_label_hidden=True),
        ],
        rows=[_row(field, count) for field, count in rows],
        empty=Empty(
            _("No fields yet"),
            _("Add one below, or keep a column of a file as a new field while you import it."),
            "edit",
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _row(field: CustomField, count: int) -> Row:
    href = reverse("crm:custom_field_detail", args=[field.pk])
    away = Cell()
    if not count:
        delete = reverse("crm:custom_field_delete", args=[field.pk])
        away = Cell(action=Action(_("Take away"), delete, "trash", "quiet", "post"))
    return Row(
        [
            Cell(field.name, href=href, detail=", ".join(field.choices[:8])),
            Cell(field.get_entity_display()),
            Cell(field.get_type_display()),
            Cell(f"custom_{field.key}"),
            Cell(count),
            Cell(status=_status(field)),
            Cell(action=_switch(field)),
            away,
        ]
    )


def _status(field: CustomField) -> Status:
    return (
        Status(_("Switched off"), "neutral", "x-circle")
        if field.is_off
        else Status(_("In use"), "good", "check-circle")
    )


def _switch(field: CustomField) -> Action:
    if field.is_off:
        return Action(_("Switch on"), reverse("crm:custom_field_on", args=[field.pk]), "check-circle", "quiet", "post")
    words = _(
        "“%(name)s” is then not offered or shown any more; links, files and programs that name it are told so. Its values"
        " are kept, goals that are limited by it go on, and it can be switched on again."
    )
    return Action(
        _("Switch off"),
        reverse("crm:custom_field_off", args=[field.pk]),
        "x-circle",
        "quiet",
        "post",
        confirm=words % {"name": field.name},
    )
