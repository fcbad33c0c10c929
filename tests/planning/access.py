"""What the addresses of quota plans need, and builders of plans."""

from datetime import date
from decimal import Decimal
from typing import Any

from goals.approval_policies import turn
from goals.approval_subjects import waiting
from goals.models import PlanLine, PlanVersion
from goals.selectors.approvals import deciders
from goals.selectors.planning.sheet import sheet_of
from goals.services.planning.allocating import plan_allocate
from goals.services.planning.exchange import plan_file_keep, sheet_csv
from goals.services.planning.hires import plan_hire_add
from goals.services.planning.plans import plan_create, plan_version_copy
from goals.services.planning.states import plan_version_decide, plan_version_submit
from people.models import Job, Organization, Person
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast


def make_plan(cast: Cast, name: str = "Year 2026", amount: str = "1200000", **settings: Any) -> PlanVersion:
    """A plan of Acme for 2026, divided: everybody the same unless told otherwise."""
    settings = {"method": "even", "season": "even", **settings}
    version = plan_create(
        viewer=cast.viewer("dana"),
        at=NOW,
        on=TODAY,
        name=name,
        starts_on=date(2026, 1, 1),
        ends_before=date(2027, 1, 1),
        amount=Decimal(amount),
        currency="USD",
        **settings,
    )
    divide(cast, version)
    return version


def divide(cast: Cast, version: PlanVersion) -> None:
    plan_allocate(viewer=cast.viewer("dana"), version=version, organization=cast.organization, on=TODAY, at=NOW)
    version.refresh_from_db()


def line_of(version: PlanVersion, name: str) -> PlanLine:
    """The line of a person or team by its first name."""
    people = version.lines.filter(person__name__startswith=name).first()
    return people or version.lines.get(kind="team", team__name=name)


def hand_in(version: PlanVersion, by: Viewer) -> PlanVersion:
    """A version that waits for approval."""
    plan_version_submit(viewer=by, version=version, at=NOW, on=by.on)
    version.refresh_from_db()
    return version


def decide(version: PlanVersion, by: Viewer, *, yes: bool = True, reason: str = "Fair") -> PlanVersion:
    """The steps of a version that are somebody's."""
    version.refresh_from_db()
    step = turn(by, version).first
    plan_version_decide(
        viewer=by, version=version, step=step, seen=version.revision, is_approved=yes, reason=reason, at=NOW
    )
    version.refresh_from_db()
    return version


def approve_all(version: PlanVersion, organization: Organization, on: date = TODAY) -> list[str]:
    """Take every step by somebody who may; who did, in order."""
    names = []
    while left := waiting(version):
        person = Person.objects.get(pk=min(deciders(version, left[:1], on)))
        decide(version, viewer_of_person(person, organization=organization, on=on))
        names.append(person.name)
    return names


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        draft = make_plan(cast)
        dana, ada = cast.viewer("dana"), cast.viewer("ada")
        review = hand_in(plan_version_copy(viewer=dana, version=draft, at=NOW), dana)
        hire = plan_hire_add(
            viewer=dana,
            version=draft,
            at=NOW,
            role="Account executive",
            starts_on=date(2026, 7, 1),
            count=2,
            yearly_amount=Decimal(100_000),
            ramp_ratios=[Decimal(0), Decimal("0.5")],
        )
        data = sheet_csv(sheet_of(draft)).encode()
        job = Job.objects.create(
            kind="goals.plan_allocate", arguments={"version": draft.pk}, created_at=NOW, created_by=cast.dana
        )
        return {
            "plan_draft": draft.pk,
            "plan_review": review.pk,
            "quota_plan": draft.plan_id,
            "plan_line_alice": line_of(draft, "Alice").pk,
            "plan_hire": hire.pk,
            "plan_file": plan_file_keep(viewer=ada, version=draft, name="a.csv", data=data, at=NOW).pk,
            "plan_job": job.pk,
        }
