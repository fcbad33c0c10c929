"""Who is credited with a deal: the section of its page, and the form."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.forms.credits import CreditsForm, credit_initial
from crm.models import Credit, Opportunity
from crm.policies import credits
from crm.selectors.credits import Credited, credits_of
from crm.selectors.deals import access_deal
from crm.services.credits import credits_save
from crm.words import credit_words, share_words
from people import formats
from people.components import Action, Cell, Column, Crumb, PersonChip, Row, Table
from people.forms.base import seen_of
from people.meanwhile import last_seen
from people.viewer import Viewer
from people.views.page import viewer_of


def credits_table(deal: Opportunity) -> Table:
    """The shares of a deal."""
    return Table(
        "credits",
        _("Credits"),
        [
            Column("who", _("Who")),
            Column("role", _("Role")),
            Column("share", _("Share"), "number"),
            Column("amount", _("Amount"), "number"),
        ],
        [_row(deal, each) for each in credits_of(deal)],
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _row(deal: Opportunity, credit: Credited) -> Row:
    amount = None if deal.amount is None else deal.amount * credit.share
    why = reverse("metrics:deal_origin", args=[deal.pk])
    return Row(
        [
            Cell(person=PersonChip(credit.person.name, is_small=True)) if credit.person else Cell(_nobody(credit)),
            Cell(Credit.Role(credit.role).label, detail=credit_words(credit, deal)),
            Cell(text=share_words(credit.share), href=why, is_drawer=True),
            Cell(text=formats.money_exact(amount, deal.currency), href=why, is_drawer=True),
        ]
    )


def _nobody(credit: Credited) -> str:
    return _("%(name)s (not known yet)") % {"name": credit.name} if credit.name else _("the house")


def _shares_words(deal: Opportunity) -> str:
    """Who has which share now."""
    found = credits_of(deal)
    shares = [f"{each.person.name if each.person else _nobody(each)} {share_words(each.share)}" for each in found]
    return _("The shares are now: %(shares)s.") % {"shares": ", ".join(shares) or _("all to the owner")}


def credits_actions(viewer: Viewer, deal: Opportunity) -> list[Action]:
    if not credits.can(viewer, "change"):
        return []
    return [Action(_("Change credits"), reverse("crm:credits_change", args=[deal.pk]), "edit")]


@require_http_methods(["GET", "POST"])
def credits_change_view(request: HttpRequest, deal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    deal = access_deal(viewer, deal_id)
    credits.require(viewer, "change")
    initial = [credit_initial(each) for each in credits_of(deal)]
    form = CreditsForm(request.POST or None, initial=initial, prefix="credit")
    here, refusal, seen = reverse("crm:deal_detail", args=[deal.pk]), "", seen_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            credits_save(viewer=viewer, deal=deal, shares=form.shares(), at=timezone.now(), seen=seen)
        except ValidationError as error:
            refusal = " ".join(error.messages)
            if getattr(error, "code", "") == "changed_meanwhile":
                refusal, seen = f"{refusal} {_shares_words(deal)}", last_seen()
        else:
            messages.success(request, _("The credits are saved."))
            return HttpResponseRedirect(here)
    name = deal.name or deal.external_id
    context = {
        "form": form,
        "refusal": refusal,
        "seen": "" if seen is None else str(seen),  # a number would get a thousands separator
        "cancel_href": here,
        "crumbs": [Crumb(_("Deals"), reverse("crm:deal_list")), Crumb(name, here), Crumb(_("Credits"))],
        "title": _("Credits of %(name)s") % {"name": name},
    }
    return render(request, "crm/credits_change.html", context, status=422 if request.method == "POST" else 200)
