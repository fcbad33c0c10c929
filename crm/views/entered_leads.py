"""Leads that people enter by hand: the form, and taking one away."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.leads import LeadForm
from crm.models import Lead
from crm.policies import leads
from crm.selectors.leads import access_lead
from crm.services.leads import lead_add, lead_change, lead_delete
from people.components import Action, Crumb
from people.meanwhile import last_seen
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of


def add_actions(viewer: Viewer) -> list[Action]:
    """The way to enter a lead."""
    return [Action(_("Add a lead"), reverse("crm:lead_add"), "plus", "primary")] if leads.can(viewer, "create") else []


def change_actions(viewer: Viewer, lead: Lead) -> list[Action]:
    """What may be done with a lead that was entered by hand."""
    if not leads.can(viewer, "change", lead):
        return []
    away = reverse("crm:lead_delete", args=[lead.pk])
    words = _("It leaves the lists and every figure.")
    return [
        Action(_("Change"), reverse("crm:lead_change", args=[lead.pk]), "edit"),
        Action(_("Take it away"), away, "trash", "danger", "post", confirm=words),
    ]


@require_http_methods(["GET", "POST"])
def lead_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    leads.require(viewer, "create")
    here = reverse("crm:lead_list")
    form = LeadForm(request.POST or None, viewer=viewer, initial={"owner": viewer.person.pk, "created_on": viewer.on})
    return form_page(
        request,
        FormPage(_("Add a lead"), [Crumb(_("Leads"), here), Crumb(_("Add a lead"))], here, _("Add it")),
        form,
        lambda data: lead_add(viewer=viewer, prospect=form.prospect(), at=timezone.now(), key=data["key"]),
        lambda row: reverse("crm:lead_detail", args=[row.pk]),
        _("The lead is added. Figures follow in a moment."),
    )


@require_http_methods(["GET", "POST"])
def lead_change_view(request: HttpRequest, lead_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    lead = access_lead(viewer, lead_id)
    leads.require(viewer, "change", lead)
    here = reverse("crm:lead_detail", args=[lead.pk])
    form = LeadForm(request.POST or None, viewer=viewer, lead=lead)
    if not form.is_bound:
        form.initial["seen"] = last_seen()
    return form_page(
        request,
        FormPage(
            lead.name, [Crumb(_("Leads"), reverse("crm:lead_list")), Crumb(lead.name, here), Crumb(_("Change"))], here
        ),
        form,
        lambda data: lead_change(
            viewer=viewer, lead=lead, prospect=form.prospect(), at=timezone.now(), seen=data["seen"]
        ),
        lambda _done: reverse("crm:lead_list") if not leads.visible(viewer).filter(pk=lead.pk).exists() else here,
        _("The lead is changed. Figures follow in a moment."),
    )


@require_POST
def lead_delete_view(request: HttpRequest, lead_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    lead = access_lead(viewer, lead_id)
    leads.require(viewer, "delete", lead)
    return act(
        request,
        reverse("crm:lead_list"),
        _("The lead is taken away. Figures follow in a moment."),
        lambda: lead_delete(viewer=viewer, lead=lead, at=timezone.now()),
    )
