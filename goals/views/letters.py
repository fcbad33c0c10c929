"""Quota letters: the list, one letter with its acknowledgement, the document, reminders."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.letters import LetterAcknowledgeForm, LetterFilter, LetterTermsForm
from goals.letter_policies import letters
from goals.models import QuotaLetter
from goals.selectors import letters as read
from goals.services import letters as service
from goals.services.letters.document import adjustment_words, approval_words, days_words, month_words, quarters
from people import formats
from people.components import (
    Action,
    Callout,
    Cell,
    Column,
    Crumb,
    Empty,
    Pages,
    PersonChip,
    Row,
    Status,
    Table,
)
from people.files import file_chunks
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50
State = QuotaLetter.State


def letters_crumb() -> Crumb:
    return Crumb(_("Quota letters"), reverse("goals:letter_list"))


def status_of(letter: QuotaLetter, on: date) -> Status:
    """The state of a letter in a word; late ones stand out."""
    if letter.state == State.ACKNOWLEDGED:
        return Status(_("Acknowledged"), "good")
    if letter.state == State.SUPERSEDED:
        return Status(_("Replaced"), "neutral", "minus")
    if letter.due_on < on:
        return Status(_("Late"), "bad", "alert")
    return Status(_("To be acknowledged"), "warn", "clock")


@require_GET
def letter_list(request: HttpRequest) -> HttpResponse:
    """Letters in sight: one's own, those of the people one leads, all of them for who keeps quotas."""
    viewer = viewer_of(request)
    form = LetterFilter(request.GET)
    form.is_valid()  # a filter that makes no sense is left out, and the form says so
    page = Paginator(_found(viewer, form.cleaned_data), PAGE_SIZE).get_page(request.GET.get("page"))
    table = Table(
        "letters",
        _("Quota letters"),
        [
            Column("person", _("Person")),
            Column("period", _("Period")),
            Column("total", _("Total"), "number"),
            Column("due", _("To be acknowledged by")),
            Column("state", _("State")),
            Column("action", _("Action"), is_label_hidden=True),
        ],
        [_row(viewer, letter) for letter in page],
        query=request.GET,
        pages=Pages(page, request.GET),
        empty=_nothing(viewer, form),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "goals/letter_list.html", {"table": table, "form": form, "actions": _list_actions(viewer)})


def _found(viewer: Viewer, chosen: dict[str, Any]) -> Any:
    rows, state = read.letter_rows(viewer), chosen.get("state") or ""
    if state == "late":
        rows = rows.filter(state=State.ISSUED, due_on__lt=viewer.on)
    elif state:
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(~Q(state__in=[State.SUPERSEDED, State.DRAFT]))
    return rows.filter(person__name__icontains=chosen["q"]) if chosen.get("q") else rows


def _row(viewer: Viewer, letter: QuotaLetter) -> Row:
    content = letter.content
    may_remind = letter.state == State.ISSUED and letter.person_id != viewer.person.pk
    return Row(
        [
            Cell(person=PersonChip(letter.person.name, href=reverse("goals:letter_detail", args=[letter.pk]), is_small=True)),
            Cell(days_words(letter.starts_on, letter.ends_before)),
            Cell(text=formats.money(Decimal(content["total"]), content["currency"])),
            Cell(letter.due_on),
            Cell(status=status_of(letter, viewer.on)),
            Cell(action=_remind(letter)) if may_remind else Cell(text=" "),
        ]
    )  # fmt: skip


def _remind(letter: QuotaLetter) -> Action:
    return Action(_("Remind"), reverse("goals:letter_remind", args=[letter.pk]), "bell", "quiet", "post")


def _nothing(viewer: Viewer, form: LetterFilter) -> Empty:
    if any(form.cleaned_data.values()):
        clear = Action(_("Show all"), reverse("goals:letter_list"))
        return Empty(_("No letter fits these filters"), _("Take one of them away."), "file", [clear])
    if letters.can(viewer, "issue"):
        text = _("Choose a period, look at what everybody's letter says, and issue them all at once.")
        return Empty(_("No letters yet"), text, "file", _list_actions(viewer))
    return Empty(_("No letters yet"), _("Your quota letters appear here, and you are told of each."), "file")


def _list_actions(viewer: Viewer) -> list[Action]:
    actions = []
    if letters.can(viewer, "terms"):
        actions.append(Action(_("Terms"), reverse("goals:letter_terms"), "edit"))
    if letters.can(viewer, "issue"):
        actions.append(Action(_("Issue letters"), reverse("goals:letter_issue"), "plus", "primary"))
    return actions


@require_http_methods(["GET", "POST"])
def letter_detail(request: HttpRequest, letter_id: int) -> HttpResponse:
    """What a letter says; the person acknowledges it here."""
    viewer = viewer_of(request)
    letter = read.access_letter(viewer, letter_id)
    is_mine = letters.can(viewer, "acknowledge", letter)
    if request.method == "POST" and not is_mine:
        raise Http404
    form = LetterAcknowledgeForm(request.POST or None, viewer=viewer, initial={"digest": letter.digest})
    page = FormPage(
        _("Quota letter of %(name)s") % {"name": letter.person.name},
        [letters_crumb(), Crumb(letter.person.name)],
        reverse("goals:letter_list"),
        _("I have read this letter"),
        subtitle=days_words(letter.starts_on, letter.ends_before),
        callout=_callout(letter),
        template="goals/letter_detail.html",
        extra={
            "letter": letter,
            "status": status_of(letter, viewer.on),
            "pairs": _pairs(letter),
            "months": _months_table(letter),
            "quarters": _quarters_table(viewer, letter),
            "adjustments": [adjustment_words(*each) for each in letter.content["adjustments"]],
            "terms": [part for part in letter.content["terms"].split("\n") if part.strip()],
            "may_acknowledge": is_mine and letter.state == State.ISSUED,
            "actions": _detail_actions(viewer, letter),
        },
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.letter_acknowledge(viewer=viewer, letter=letter, at=timezone.now(), **values),
        lambda _result: reverse("goals:letter_detail", args=[letter.pk]),
        _("You have acknowledged the letter."),
    )


def _callout(letter: QuotaLetter) -> Callout | None:
    if letter.replaced_by_id is None:
        return None
    newer = Action(_("The newer letter"), reverse("goals:letter_detail", args=[letter.replaced_by_id]))
    return Callout(_("This letter was replaced"), _("The quota has changed since."), "warn", [newer])


def _pairs(letter: QuotaLetter) -> list[tuple[str, str]]:
    content = letter.content
    names = read.names_of([letter.issued_by_id])
    pairs = [
        (_("Measure"), letter.get_measure_display()),
        (_("Total"), formats.money_exact(Decimal(content["total"]), content["currency"])),
        (_("To be acknowledged by"), formats.day(letter.due_on)),
        (_("Issued"), _by(formats.moment(letter.issued_at), names.get(letter.issued_by_id or 0))),
    ]
    pairs += approval_words(content)
    signed = getattr(letter, "acknowledgement", None)
    if signed is not None:
        pairs.append((_("Acknowledged"), _by(formats.moment(signed.at), signed.name)))
    return [*pairs, (_("Digest of the document (SHA-256)"), letter.digest)]


def _by(when: str, name: str | None) -> str:
    return _("%(when)s by %(name)s") % {"when": when, "name": name} if name else when


def _months_table(letter: QuotaLetter) -> Table:
    currency = letter.content["currency"]
    rows = [Row([Cell(month_words(month.starts_on)), Cell(month.amount)]) for month in read.months_of(letter.content)]
    return Table(
        "months",
        _("Amounts by month"),
        [Column("month", _("Month")), Column("amount", _("Amount"), "money_exact", currency)],
        rows,
        footer=Row([Cell(_("Total")), Cell(Decimal(letter.content["total"]))]),
    )


def _quarters_table(viewer: Viewer, letter: QuotaLetter) -> Table | None:
    sums = quarters(read.months_of(letter.content), viewer.organization)
    if len(sums) < 2:
        return None
    return Table(
        "quarters",
        _("Amounts by quarter"),
        [Column("quarter", _("Quarter")), Column("amount", _("Amount"), "money_exact", letter.content["currency"])],
        [Row([Cell(label), Cell(amount)]) for label, amount in sums],
    )


def _detail_actions(viewer: Viewer, letter: QuotaLetter) -> list[Action]:
    actions = []
    if letter.document_id is not None:
        actions.append(Action(_("Download as PDF"), reverse("goals:letter_document", args=[letter.pk]), "export"))
    if letter.state == State.ISSUED and letters.can(viewer, "remind", letter):
        actions.append(_remind(letter))
    return actions


@require_GET
def letter_document(request: HttpRequest, letter_id: int) -> StreamingHttpResponse:
    """The document, for whoever may see the letter."""
    letter = read.access_letter(viewer_of(request), letter_id)
    if letter.document is None:
        raise Http404
    answer = StreamingHttpResponse(file_chunks(letter.document), content_type=letter.document.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{letter.document.name}"'
    return answer


@require_POST
def letter_remind(request: HttpRequest, letter_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    letter = read.access_letter(viewer, letter_id, "remind")

    def words(is_done: bool) -> str:
        name = {"name": letter.person.name}
        return _("%(name)s is reminded.") % name if is_done else _("%(name)s was reminded today already.") % name

    return act(
        request,
        reverse("goals:letter_list"),
        words,
        lambda: service.letter_remind(viewer=viewer, letter=letter, at=timezone.now(), on=viewer.on),
    )


@require_http_methods(["GET", "POST"])
def letter_terms(request: HttpRequest) -> HttpResponse:
    """What stands below letters issued from now on."""
    viewer = viewer_of(request)
    letters.require(viewer, "terms")
    form = LetterTermsForm(request.POST or None, viewer=viewer, initial={"text": read.terms_text()})
    back = reverse("goals:letter_list")
    page = FormPage(_("Terms of quota letters"), [letters_crumb(), Crumb(_("Terms"))], back)
    return form_page(
        request,
        page,
        form,
        lambda values: service.terms_change(viewer=viewer, at=timezone.now(), **values),
        lambda _result: back,
        _("The terms are saved. They stand below letters issued from now on."),
    )
