"""The alignment tree: from company objectives to people, what each is made of, and what nobody looks after."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goals.engine.rollup import Rule
from goals.pages.pieces import status_chip
from goals.selectors.coverage import Gap, Kind, gaps_of
from goals.selectors.tree import GOAL, OBJECTIVE, Forest, Key, Node, Why, states_fill, structure_of, why_of
from goals.selectors.tree_lines import Placed, placed
from goals.views.pieces import days_words, percent_words, way_words
from goals.words import measure_words
from kernel.row_id import row_id
from people import formats
from people.components import Cell, Column, Crumb, Empty, Pages, Row, Status, Tab, Table
from people.viewer import Viewer
from people.views.page import viewer_of

ALL, MINE, GAPS = "all", "mine", "gaps"
PAGE_SIZE = 50


@require_GET
def tree_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    forest = structure_of(viewer)
    which = request.GET.get("show", ALL)
    gaps = gaps_of(viewer, forest)
    own = [key for key, node in forest.nodes.items() if node.is_own]
    only = forest.around(own) if which == MINE else None
    branch = _asked(forest, request.GET.get("below", ""))
    strays = Paginator(_shown_strays(forest, only), PAGE_SIZE).get_page(request.GET.get("page"))
    lines: list[Placed] = []
    stray_lines: list[Placed] = []
    if branch and which != GAPS:
        lines = placed(forest, [branch], only, first=row_id(request.GET.get("from", "")) or 0)
    elif which != GAPS:
        lines = placed(forest, forest.objectives, only)
        stray_lines = placed(forest, list(strays.object_list), only)
    states_fill(viewer, forest, {each.node.key for each in (*lines, *stray_lines)})
    context: dict[str, Any] = {
        "tabs": _tabs(which, len(gaps)),
        "crumbs": _crumbs(forest, branch),
        "gaps": _gap_table(viewer, gaps, request) if which == GAPS else None,
        "lines": _lines(viewer, lines, which),
        "strays": _lines(viewer, stray_lines, which),
        "stray_pages": Pages(strays, request.GET) if strays.paginator.num_pages > 1 else None,
        "is_live": not any(each.folded or any(each.ends) for each in (*lines, *stray_lines)),
        "empty": _nothing(which),
    }
    return render(request, "goals/tree.html", context)


def _shown_strays(forest: Forest, only: set[Key] | None) -> list[Key]:
    return [key for key in forest.strays if only is None or key in only]


def _asked(forest: Forest, text: str) -> Key | None:
    """The node whose branch alone is asked for; none where it is not in the tree, or nothing is below it."""
    kind, _sign, number = text.partition(":")
    key = (kind, row_id(number) or 0)
    return key if key in forest.nodes and forest.nodes[key].below else None


def _crumbs(forest: Forest, branch: Key | None) -> list[Crumb]:
    found = [Crumb(_("Objectives"), reverse("goals:objective_list"))]
    if branch is None:
        return [*found, Crumb(_("Alignment"))]
    return [*found, Crumb(_("Alignment"), reverse("goals:tree")), Crumb(forest.nodes[branch].row.name)]


def _tabs(which: str, gaps: int) -> list[Tab]:
    here = reverse("goals:tree")
    shown = [(ALL, _("Everything"), None), (MINE, _("Around my goals"), None), (GAPS, _("What is missing"), gaps)]
    return [Tab(label, f"{here}?show={key}", key == which, count) for key, label, count in shown]


def _nothing(which: str) -> Empty:
    if which == MINE:
        return Empty(_("You have no goal that runs today"), _("Goals you set, or are given, appear here."), "flag")
    return Empty(_("Nothing runs today"), _("Published objectives and the goals below them appear here."), "flag")


def _lines(viewer: Viewer, lines: list[Placed], which: str) -> list[dict[str, Any]]:
    """The lines with their words, made once each."""
    shown: dict[Key, dict[str, Any]] = {}
    found = []
    for each in lines:
        words = shown.setdefault(each.node.key, _words(viewer, each.node))
        below = _below_href(which, each.node.key) if each.folded else ""
        ends = [rest and {"count": rest.count, "href": _below_href(which, rest.key, rest.first)} for rest in each.ends]
        found.append({**words, "line": each, "share": _share(each), "below_href": below, "ends": ends})
    return found


def _below_href(which: str, key: Key, first: int = 0) -> str:
    query = {"show": which, "below": f"{key[0]}:{key[1]}", **({"from": str(first)} if first else {})}
    return f"{reverse('goals:tree')}?{urlencode(query)}"


def _share(each: Placed) -> str:
    return "" if each.share is None else _("counts %(share)s") % {"share": formats.percent(each.share, 0)}


def _words(viewer: Viewer, node: Node) -> dict[str, Any]:
    kind, key = node.key
    is_objective = kind == OBJECTIVE
    state = node.state
    return {
        "node": node,
        "name": node.row.name,
        "href": _href(node),
        "owner": node.owner or _("nobody owns this"),
        "is_orphan": not node.owner,
        "status": _status(node),
        "percent": percent_words(state) if state else "",
        "way": way_words(node.row, state, viewer.organization.currency) if state else "",
        "why_href": reverse(f"goals:{kind}_why", args=[key]) if node.rule is not Rule.OWN and node.is_open else "",
        "days": days_words(node.row),
        "is_objective": is_objective,
        "help_href": _help_href(viewer, node),
    }


def _href(node: Node) -> str:
    """Its page, where the viewer may see it."""
    kind, key = node.key
    if kind == OBJECTIVE:
        return reverse("goals:objective_detail", args=[key])
    return reverse("goals:detail", args=[key]) if node.is_open else ""


def _help_href(viewer: Viewer, node: Node) -> str:
    """Where help is offered: with what somebody else wants to reach and the viewer sees."""
    is_anothers = node.key[0] == GOAL and node.is_open and not node.is_own
    return reverse("goals:help_offer", args=[node.key[1]]) if is_anothers else ""


def _status(node: Node) -> Status:
    if node.state is None:
        return Status(_("Numbers not open to you"), "neutral", "lock")
    return status_chip(node.row, node.state)


@require_GET
def objective_why_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    return _why(request, (OBJECTIVE, objective_id))


@require_GET
def goal_why_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    return _why(request, (GOAL, goal_id))


def _why(request: HttpRequest, key: Key) -> HttpResponse:
    viewer = viewer_of(request)
    forest = structure_of(viewer)
    if key not in forest.nodes or not forest.nodes[key].is_open:
        raise Http404
    why = why_of(viewer, forest, key)
    if why is None:
        raise Http404
    node = forest.nodes[key]
    context = {
        "title": _("Why %(percent)s") % {"percent": percent_words(node.state)},
        "name": node.row.name,
        "crumbs": [Crumb(_("Alignment"), reverse("goals:tree")), Crumb(node.row.name)],
        "rule": _rule_words(why),
        "hidden": sum(not child.is_open for child, _weight, _line in why.lines),
        "is_rounded": node.state is not None and node.state.is_rounded,
        "table": _why_table(why),
    }
    return render(request, "goals/tree_why.html", context)


def _rule_words(why: Why) -> str:
    if why.rule is Rule.SUM:
        return _("What all that contributes has come, divided by what all of it was to come.")
    return _("The progress of all that contributes, each by its weight, divided by the weights.")


def _why_table(why: Why) -> Table:
    rows = []
    for child, weight, line in why.lines:
        name = Cell(child.row.name, href=_href(child), detail=child.owner or _("nobody owns this"))
        share = None if line.share is None else formats.percent(_decimal(line.share))
        brings = None if line.brings is None else formats.percent(_decimal(line.brings))
        rows.append(
            Row(
                [
                    name,
                    Cell(text=percent_words(child.state) if child.state else formats.UNDEFINED),
                    Cell(text=formats.number(weight, 0 if weight == int(weight) else 2)),
                    Cell(text=share or formats.UNDEFINED),
                    Cell(text=brings or formats.UNDEFINED, detail="" if brings else _no_figure(why, child)),
                ]
            )
        )
    return Table(
        "why",
        _("What contributes"),
        [
            Column("name", _("Goal")),
            Column("progress", _("Progress"), "number"),
            Column("weight", _("Weight"), "number"),
            Column("share", _("Part of the whole"), "number"),
            Column("brings", _("Brings"), "number"),
        ],
        rows,
        footer=Row([Cell(_("Together")), Cell(), Cell(), Cell(), Cell(text=percent_words(why.node.state))]),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
        empty=Empty(_("Nothing contributes yet"), _("Goals that name it as their parent appear here."), "flag"),
    )


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _no_figure(why: Why, child: Node) -> str:
    if not child.is_open:
        return _("its numbers are not open to you")
    if why.node.state is not None and why.node.state.is_rounded:
        return _("not told: it would tell a goal that is not open to you")
    return _("no figure yet: left out")


def _gap_table(viewer: Viewer, gaps: list[Gap], request: HttpRequest) -> Table:
    page = Paginator(gaps, PAGE_SIZE).get_page(request.GET.get("page"))
    return Table(
        "gaps",
        _("What is missing"),
        [Column("what", _("What")), Column("name", _("Where")), Column("do", _("What to do"))],
        [_gap_row(viewer, gap) for gap in page.object_list],
        query=request.GET,
        pages=Pages(page, request.GET) if gaps else None,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
        empty=Empty(
            _("Nothing is missing"), _("Every objective has an owner and goals, every team has goals."), "check"
        ),
    )


def _gap_row(viewer: Viewer, gap: Gap) -> Row:
    what, advice = _gap_words(viewer, gap)
    return Row([Cell(status=Status(what, "warn")), Cell(gap.name, href=_gap_href(gap)), Cell(advice)])


def _gap_href(gap: Gap) -> str:
    if gap.node is not None:
        return _href(gap.node)
    return reverse("people:team_detail", args=[gap.row_id]) if gap.kind is Kind.TEAM_WITHOUT else ""


def _gap_words(viewer: Viewer, gap: Gap) -> tuple[str, str]:
    """What is missing, and what to do about it."""
    currency = viewer.organization.currency
    values: dict[str, str] = {}
    if gap.total is not None and gap.wanted is not None and gap.node is not None:
        unit = gap.node.row.unit if gap.kind is Kind.SUM_SHORT else "number"
        values = {
            "total": measure_words(unit, gap.total, currency),
            "wanted": measure_words(unit, gap.wanted, currency),
        }
    words = {
        Kind.NO_OWNER: (_("Nobody owns this"), _("Name an owner who answers for it.")),
        Kind.NO_GOALS: (_("No goal contributes"), _("Align a goal of a team or person to it.")),
        Kind.NOT_WHOLE: (_("Weights do not total 100"), _("They add up to %(total)s; make it %(wanted)s.")),
        Kind.SUM_SHORT: (
            _("The parts do not add up"),
            _("What contributes is to bring %(total)s of %(wanted)s; raise targets or add goals."),
        ),
        Kind.TEAM_WITHOUT: (_("Team without goals"), _("Set a goal for the team, or for its people.")),
        Kind.PERSON_WITHOUT: (_("Person without goals"), _("Set a goal together.")),
        Kind.STRAY: (_("Contributes to nothing"), _("Say what it contributes to, if it does.")),
    }
    what, advice = words[gap.kind]
    return what, advice % values if values else advice
