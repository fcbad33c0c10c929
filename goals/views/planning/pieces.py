"""What the pages of quota plans have in common: the way up, states, tabs, words."""

from typing import Any

from django.urls import reverse
from django.utils import formats as django_formats
from django.utils.translation import gettext as _

from goals.models import PlanLine, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import Sheet, SheetLine
from goals.views.deciding import waits_status
from people import formats
from people.components import Crumb, Status, Tab
from people.viewer import Viewer

State = PlanVersion.State
TONES: dict[str, Any] = {
    State.DRAFT: ("neutral", "edit"),
    State.REVIEW: ("accent", "clock"),
    State.IN_FORCE: ("good", "check-circle"),
    State.REPLACED: ("neutral", "clock"),
}


def plans_crumb() -> Crumb:
    return Crumb(_("Quota plans"), reverse("goals:plan_list"))


def version_name(version: PlanVersion) -> str:
    return _("%(plan)s, version %(number)s") % {"plan": version.plan.name, "number": version.number}


def version_crumbs(version: PlanVersion, *last: str) -> list[Crumb]:
    here = reverse("goals:plan_version", args=[version.pk]) if last else ""
    return [plans_crumb(), Crumb(version_name(version), here), *(Crumb(word) for word in last)]


def version_status(version: PlanVersion) -> Status:
    """The state in a word; one that waits says for whom."""
    if version.state == State.REVIEW:
        return waits_status(version)
    tone, icon = TONES[version.state]
    return Status(str(version.get_state_display()).capitalize(), tone, icon)


def version_tabs(viewer: Viewer, version: PlanVersion, current: str) -> list[Tab]:
    """The views of a version that are open to the viewer."""
    tabs = [("plan_version", _("Sheet"))]
    if quota_plans.can(viewer, "estimate"):
        tabs.append(("plan_estimates", _("Estimates")))
    tabs.append(("plan_compare", _("Compare")))
    if viewer.sees_everyone:
        tabs.append(("plan_capacity", _("Capacity")))
    if version.round:
        tabs.append(("plan_approval", _("Approval")))
    return [Tab(label, reverse(f"goals:{name}", args=[version.pk]), name == current) for name, label in tabs]


def line_name(line: SheetLine | PlanLine) -> str:
    """Whose line it is."""
    if line.kind == PlanLine.Kind.COMPANY:
        return _("Company")
    if isinstance(line, SheetLine):
        return line.name
    holder = line.person or line.team
    return holder.name if holder else ""


def shown_digits(sheet: Sheet) -> int:
    """Digits after the point: none where every number of the sheet is whole."""
    unit = 10**sheet.digits
    return 0 if all(cell.amount % unit == 0 for line in sheet.lines for cell in line.cells) else sheet.digits


def number_words(sheet: Sheet, minor: int, digits: int) -> str:
    return formats.number(sheet.money(minor), digits)


def month_words(month: Any) -> str:
    """Jan 2026."""

    return django_formats.date_format(month.starts_on, "M Y")
