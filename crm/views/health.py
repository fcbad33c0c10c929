"""Data health: what is wrong or doubtful in the facts, and the forms that mend it in bulk."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.forms.deals import ODDITY_WORDS
from crm.policies import health
from crm.selectors.deals import ODDITIES
from crm.selectors.health import (
    MODELS,
    DuplicateGroup,
    Unmatched,
    duplicates,
    odd_counts,
    people_without_deals,
    unmatched,
)
from crm.selectors.imports import import_list
from crm.services.mending import findings_dismiss, merge, odd_deals_dismiss, references_assign
from crm.services.merging_quotas import Overlap
from crm.views.import_words import batch_row
from kernel.row_id import row_id
from people.components import Action, Cell, Column, Empty, Row, Stat, Table
from people.views.page import act, viewer_of

MOST_CHOICES = 2_000
NAMES = ("owner", "product", "account")
GAPS = ("open_no_amount", "open_no_close_date", "no_start", "no_account")  # missing, and often rightly so


@require_GET
def data_health_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    health.require(viewer, "view")
    counts = odd_counts()
    texts = {name: unmatched(name) for name in NAMES}
    alike = {name: duplicates(name) for name in NAMES}
    context = {
        "stats": _stats(counts, texts, alike),
        "unmatched": [_unmatched_section(name, found) for name, found in texts.items() if found],
        "duplicates": [_duplicate_section(name, found) for name, found in alike.items() if found],
        "oddities": _oddities("oddities", _("Odd deals"), _listed(counts)),
        "gaps": _oddities("gaps", _("Gaps"), [(check, counts[check]) for check in GAPS if counts[check]]),
        "idle": people_without_deals(viewer.on)[:MOST_CHOICES],
        "is_well": not any([counts["no_owner"], _listed(counts), *texts.values(), *alike.values()]),
        "batches": _batches(),
    }
    return render(request, "crm/data_health.html", context)


def _stats(
    counts: dict[str, int], texts: dict[str, list[Unmatched]], alike: dict[str, list[DuplicateGroup]]
) -> list[Stat]:
    unknown = sum(len(found) for found in texts.values())
    groups = sum(len(found) for found in alike.values())
    odd = sum(count for _check, count in _listed(counts))
    return [
        Stat(_("Names nobody answers to"), unknown, "count", tone="warn" if unknown else ""),
        Stat(_("Names that look alike"), groups, "count", tone="warn" if groups else ""),
        Stat(_("Odd deals"), odd, "count", tone="warn" if odd else ""),
        Stat(_("Deals without an owner"), counts["no_owner"], "count"),
    ]


def _unmatched_section(name: str, found: list[Unmatched]) -> dict[str, Any]:
    titles = {
        "owner": _("Owners who are not known"),
        "product": _("Products that are not known"),
        "account": _("Accounts that are not known"),
    }
    choices = list(MODELS[name]._default_manager.order_by("name").values_list("pk", "name")[:MOST_CHOICES])
    return {
        "name": name,
        "title": titles[name],
        "items": found,
        "choices": choices,
        "can_add": name != "owner",
        "assign_href": reverse("crm:health_assign", args=[name]),
        "dismiss_href": reverse("crm:health_dismiss", args=[f"unmatched_{name}"]),
    }


def _duplicate_section(name: str, found: list[DuplicateGroup]) -> dict[str, Any]:
    titles = {
        "owner": _("People whose names look alike"),
        "product": _("Products whose names look alike"),
        "account": _("Accounts whose names look alike"),
    }
    return {
        "name": name,
        "title": titles[name],
        "groups": found,
        "merge_href": reverse("crm:health_merge", args=[name]),
        "overlaps": Overlap.choices if name == "owner" else [],
        "dismiss_href": reverse("crm:health_dismiss", args=[f"duplicate_{name}"]),
    }


def _listed(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Checks that found something odd; what is only missing and what has no owner is told apart from them."""
    return [(check, counts[check]) for check in ODDITY_WORDS if counts[check] and check not in {"no_owner", *GAPS}]


def _oddities(name: str, caption: str, listed: list[tuple[str, int]]) -> Table | None:
    if not listed:
        return None
    rows = []
    for check, count in listed:
        href = f"{reverse('crm:deal_list')}?oddity={check}"
        dismiss = Action(
            _("Let them stand"),
            reverse("crm:health_dismiss_deals", args=[check]),
            method="post",
            kind="quiet",
            confirm=_("These deals are not listed here any more. They stay as they are."),
        )
        rows.append(
            Row(
                [
                    Cell(str(ODDITY_WORDS[check]), href=href),
                    Cell(_effect(check)),
                    Cell(count),
                    Cell(action=dismiss),
                ]
            )
        )
    return Table(
        id=name,
        caption=caption,
        columns=[
            Column("check", _("What")),
            Column("effect", _("What it does to figures")),
            Column("count", _("Deals"), "count"),
            Column("act", _("Mend"), is_label_hidden=True),
        ],
        rows=rows,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _effect(check: str) -> str:
    return {
        "no_amount": _("They count as won, and leave every amount. Complete them in your CRM and import again."),
        "zero_amount": _("They count as won at zero."),
        "no_exchange_rate": _("Their amounts are left out until there is a rate."),
        "no_close_date": _("They count in no period."),
        "close_before_start": _("They count, but leave the sales cycle."),
        "open_owner_left": _("No team counts them. Hand them over."),
        "open_no_amount": _("They leave the pipeline's amounts."),
        "open_no_close_date": _("Nobody can see when they are due."),
        "no_start": _("They leave the sales cycle and the age of open deals."),
        "no_account": _("They are in no account's figures."),
    }[check]


def _batches() -> Table:
    page = Paginator(import_list(), 10).get_page(1)
    return Table(
        id="batches",
        caption=_("Latest imports"),
        columns=[
            Column("file", _("File")),
            Column("kind", _("Holds")),
            Column("source", _("Source")),
            Column("state", _("State")),
            Column("received", _("Rows"), "count"),
            Column("created", _("New"), "count"),
            Column("updated", _("Changed"), "count"),
            Column("refused", _("Refused"), "count"),
            Column("when", _("When")),
        ],
        rows=[batch_row(batch) for batch in page.object_list],
        empty=Empty(_("Nothing imported yet"), _("Import a file, and its counts stand here."), "import"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


@require_POST
def health_assign_view(request: HttpRequest, name: str) -> HttpResponse:
    viewer = viewer_of(request)
    health.require(viewer, "change")
    _known(name)
    texts, sources = request.POST.getlist("text"), request.POST.getlist("source")
    chosen = request.POST.getlist("choice")
    choices = [(source, text, choice) for source, text, choice in zip(sources, texts, chosen, strict=False) if choice]

    def assign() -> int:
        if not choices:
            raise ValidationError(_("Choose for at least one name who or what it is."))
        return references_assign(viewer=viewer, name=name, choices=choices, at=timezone.now())

    return act(request, reverse("crm:data_health"), _assigned, assign)


def _assigned(count: int) -> str:
    return ngettext(
        "Done: %(count)s deal found what it waited for. The next file is understood by itself.",
        "Done: %(count)s deals found what they waited for. The next file is understood by itself.",
        count,
    ) % {"count": count}


@require_POST
def health_merge_view(request: HttpRequest, name: str) -> HttpResponse:
    """Every ticked group becomes the one that was chosen to stay in it."""
    viewer = viewer_of(request)
    health.require(viewer, "change")
    _known(name)

    def merge_all() -> int:
        groups = [group for group in request.POST.getlist("group") if group]
        if not groups:
            raise ValidationError(_("Tick at least one group to merge."))
        for group in groups:
            ids = [key for text in group.split(",") if (key := row_id(text)) is not None]
            keep = row_id(request.POST.get(f"keep_{group}", ""))
            if keep is None or keep not in ids:
                raise ValidationError(_("Choose the name that stays."))
            others = [key for key in ids if key != keep]
            quotas = request.POST.get("quotas", Overlap.ASK)
            merge(viewer=viewer, name=name, keep_id=keep, ids=others, at=timezone.now(), quotas=quotas)
        return len(groups)

    words = _("Merged. The other names are remembered as the same thing.")
    return act(request, reverse("crm:data_health"), words, merge_all)


@require_POST
def health_dismiss_view(request: HttpRequest, check: str) -> HttpResponse:
    viewer = viewer_of(request)
    health.require(viewer, "change")
    kind, _sep, name = check.partition("_")
    if kind not in {"unmatched", "duplicate"} or name not in MODELS:
        raise Http404
    subjects = [subject for subject in request.POST.getlist("subject") if subject]
    return act(
        request,
        reverse("crm:data_health"),
        _("Not listed any more."),
        lambda: findings_dismiss(viewer=viewer, check=check, subjects=subjects, at=timezone.now()),
    )


@require_POST
def health_dismiss_deals_view(request: HttpRequest, check: str) -> HttpResponse:
    viewer = viewer_of(request)
    health.require(viewer, "change")
    if check not in ODDITIES:
        raise Http404
    return act(
        request,
        reverse("crm:data_health"),
        _("Not listed any more."),
        lambda: odd_deals_dismiss(viewer=viewer, check=check, at=timezone.now()),
    )


def _known(name: str) -> None:
    if name not in MODELS:
        raise Http404
