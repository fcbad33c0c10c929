"""Offers of help: the list, and the forms to offer, answer and thank."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.help import HelpForm, ThanksForm
from goals.models import Goal, HelpOffer
from goals.pages.pieces import holder_name
from goals.selectors.goals import access_goal
from goals.selectors.help import access_offer, offers_listed
from goals.services.help import help_answer, help_offer, help_thank, is_asked
from people import formats
from people.components import Action, Callout, Cell, Column, Crumb, Empty, PersonChip, Row, Status, Table
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

State = HelpOffer.State


def goal_crumb(goal: Goal) -> Crumb:
    return Crumb(goal.name, reverse("goals:detail", args=[goal.pk]))


def help_crumb() -> Crumb:
    return Crumb(_("Help"), reverse("goals:help_list"))


@require_GET
def help_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    offers = offers_listed(viewer)
    context = {
        "title": _("Help"),
        "crumbs": [Crumb(_("My goals"), reverse("goals:mine")), Crumb(_("Help"))],
        "subtitle": _("Help you offered, help offered to you, and among the people you lead. Nobody else sees it."),
        "actions": [],
        "table": Table(
            "offers",
            _("Offers of help"),
            [
                Column("goal", _("Goal")),
                Column("by", _("Who helps")),
                Column("note", _("How")),
                Column("state", _("State")),
                Column("do", _("What to do"), is_label_hidden=True),
            ],
            [_row(viewer, each) for each in offers],
            is_caption_hidden=True,
            is_stacked_on_phone=True,
            empty=Empty(
                _("No help was offered yet"),
                _("In the alignment tree, look around your goals: each goal of a colleague has “Offer help”."),
                "team",
                [Action(_("Around my goals"), f"{reverse('goals:tree')}?show=mine", "stages")],
            ),
        ),
    }
    return render(request, "goals/table_page.html", context)


def _row(viewer: Viewer, offer: HelpOffer) -> Row:
    goal = offer.goal
    return Row(
        [
            Cell(goal.name, href=reverse("goals:detail", args=[goal.pk]), detail=holder_name(goal)),
            Cell(person=PersonChip(offer.by.name, formats.moment(offer.at), is_small=True)),
            Cell(offer.note, detail=offer.thanks and _("Thanks: %(thanks)s") % {"thanks": offer.thanks}),
            Cell(status=_status(offer)),
            _offer_action(viewer, offer),
        ]
    )


def _status(offer: HelpOffer) -> Status:
    if offer.thanked_at:
        return Status(_("Thanked"), "good")
    return {
        State.OFFERED: Status(_("Offered"), "accent", "clock"),
        State.ACCEPTED: Status(_("Accepted"), "good"),
        State.DECLINED: Status(_("Declined"), "neutral", "x-circle"),
    }[State(offer.state)]


def _offer_action(viewer: Viewer, offer: HelpOffer) -> Cell:
    if not is_asked(viewer, offer.goal):
        return Cell(text=" ")
    if offer.state == State.OFFERED:
        return Cell(action=Action(_("Answer"), reverse("goals:help_answer", args=[offer.pk]), "edit", "primary"))
    if offer.state == State.ACCEPTED and not offer.thanked_at:
        return Cell(action=Action(_("Say thank you"), reverse("goals:help_thank", args=[offer.pk]), "check"))
    return Cell(text=" ")


@require_http_methods(["GET", "POST"])
def help_offer_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id, "help")
    owner = holder_name(goal)
    page = FormPage(
        _("Offer help to %(name)s") % {"name": owner},
        [goal_crumb(goal), Crumb(_("Offer help"))],
        reverse("goals:detail", args=[goal.pk]),
        _("Offer help"),
        subtitle=_("%(name)s and their manager see it; nobody else does.") % {"name": owner},
    )
    return form_page(
        request,
        page,
        HelpForm(request.POST or None, viewer=viewer),
        lambda values: help_offer(viewer=viewer, goal=goal, at=timezone.now(), **values),
        lambda made: reverse("goals:help_list"),
        _("Offered. You see here when it is answered."),
    )


@require_GET
def help_answer_view(request: HttpRequest, offer_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    offer = access_offer(viewer, offer_id)
    actions = []
    if is_asked(viewer, offer.goal) and offer.state == State.OFFERED:
        actions = [
            Action(_("No, thank you"), reverse("goals:help_decline", args=[offer.pk]), "x-circle", "quiet", "post"),
            Action(_("Accept"), reverse("goals:help_accept", args=[offer.pk]), "check", "primary", "post"),
        ]
    context = {
        "title": _("%(name)s offers help") % {"name": offer.by.name},
        "crumbs": [help_crumb(), goal_crumb(offer.goal), Crumb(_("Answer"))],
        "status": _status(offer),
        "callout": Callout(offer.note, formats.moment(offer.at), actions=actions),
        "pairs": [
            (_("Goal"), offer.goal.name, reverse("goals:detail", args=[offer.goal_id])),
            (_("Whose"), holder_name(offer.goal)),
            (_("Thanks"), offer.thanks),
        ],
    }
    return render(request, "goals/help_answer.html", context)


@require_POST
def help_accept_view(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _answered(request, offer_id, True, _("Accepted. Talk to each other, then say thank you here."))


@require_POST
def help_decline_view(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _answered(request, offer_id, False, _("Declined."))


def _answered(request: HttpRequest, offer_id: int, is_accepted: bool, words: str) -> HttpResponse:
    viewer = viewer_of(request)
    offer = access_offer(viewer, offer_id)
    return act(
        request,
        reverse("goals:help_list"),
        words,
        lambda: help_answer(viewer=viewer, offer=offer, at=timezone.now(), is_accepted=is_accepted),
    )


@require_http_methods(["GET", "POST"])
def help_thank_view(request: HttpRequest, offer_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    offer = access_offer(viewer, offer_id)
    page = FormPage(
        _("Thank %(name)s") % {"name": offer.by.name},
        [help_crumb(), goal_crumb(offer.goal), Crumb(_("Thanks"))],
        reverse("goals:help_list"),
        _("Say thank you"),
        subtitle=offer.note,
    )
    return form_page(
        request,
        page,
        ThanksForm(request.POST or None, viewer=viewer),
        lambda values: help_thank(viewer=viewer, offer=offer, at=timezone.now(), **values),
        lambda made: reverse("goals:help_list"),
        _("%(name)s reads it.") % {"name": offer.by.name},
    )
