"""Activities that people enter by hand: the form, and taking one away."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.activities import ActivityForm
from crm.models import Opportunity
from crm.policies import activities
from crm.selectors.activities import access_activity
from crm.selectors.deals import access_deal
from crm.services.activities import activity_add, activity_change, activity_delete
from kernel.row_id import row_id
from people.components import Action, Callout, Crumb
from people.meanwhile import last_seen
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of


@require_http_methods(["GET", "POST"])
def activity_add_view(request: HttpRequest) -> HttpResponse:
    """An activity, for the deal that `deal` names."""
    viewer = viewer_of(request)
    activities.require(viewer, "create")
    deal = _deal(viewer, request.GET.get("deal", ""))
    initial = {"person": viewer.person.pk, "occurred_at": timezone.localtime().replace(second=0, microsecond=0)}
    form = ActivityForm(request.POST or None, viewer=viewer, deal=deal, initial=initial)
    return form_page(
        request,
        FormPage(_("Log an activity"), _crumbs(deal), _back(deal), _("Log it"), subtitle=_subtitle(deal)),
        form,
        lambda data: activity_add(viewer=viewer, done=form.done(), at=timezone.now(), key=data["key"]),
        lambda _row: _back(deal),
        _("The activity is logged. Figures follow in a moment."),
    )


@require_http_methods(["GET", "POST"])
def activity_change_view(request: HttpRequest, activity_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    activity = access_activity(viewer, activity_id)
    deal = activity.opportunity
    back = reverse("crm:activity_list")
    form = ActivityForm(request.POST or None, viewer=viewer, activity=activity, deal=deal)
    if not form.is_bound:
        form.initial["seen"] = last_seen()
    away = Action(
        _("Take it away"),
        reverse("crm:activity_delete", args=[activity.pk]),
        "trash",
        "danger",
        "post",
        confirm=_("It leaves the lists and every figure."),
    )
    callout = Callout(_("Entered by hand"), _("It can be corrected here, or taken away."), actions=[away])
    page = FormPage(str(activity.subject or activity.get_type_display()), _crumbs(None), back, callout=callout,
                    subtitle=_subtitle(deal))  # fmt: skip
    return form_page(
        request,
        page,
        form,
        lambda data: activity_change(
            viewer=viewer, activity=activity, done=form.done(), at=timezone.now(), seen=data["seen"]
        ),
        lambda _done: back,
        _("The activity is changed. Figures follow in a moment."),
    )


@require_POST
def activity_delete_view(request: HttpRequest, activity_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    activity = access_activity(viewer, activity_id, "delete")
    return act(
        request,
        reverse("crm:activity_list"),
        _("The activity is taken away. Figures follow in a moment."),
        lambda: activity_delete(viewer=viewer, activity=activity, at=timezone.now()),
    )


def _deal(viewer: Viewer, text: str) -> Opportunity | None:
    """The deal that is named. Raises: Http404."""
    return access_deal(viewer, row_id(text) or 0) if text else None


def _back(deal: Opportunity | None) -> str:
    return reverse("crm:deal_detail", args=[deal.pk]) if deal else reverse("crm:activity_list")


def _crumbs(deal: Opportunity | None) -> list[Crumb]:
    if deal is None:
        return [Crumb(_("Activities"), reverse("crm:activity_list")), Crumb(_("By hand"))]
    return [
        Crumb(_("Deals"), reverse("crm:deal_list")),
        Crumb(deal.name or deal.external_id, _back(deal)),
        Crumb(_("Log an activity")),
    ]


def _subtitle(deal: Opportunity | None) -> str:
    return _("For the deal %(name)s.") % {"name": deal.name or deal.external_id} if deal else _("Without a deal.")
