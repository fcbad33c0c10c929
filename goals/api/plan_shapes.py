"""What quota plans look like in the API, and what is sent to change them."""

from typing import Any

from rest_framework import serializers

from crm.api.own_fields import Amount
from crm.models import Proration
from goals.api.approvals import QuotaDecisionShape
from goals.approval_subjects import decisions_of, steps_of, waiting
from goals.models import ApprovalKind, PlanCell, PlanLine, PlanVersion
from goals.models.plan import AllocationMethod, QuotaDays, SeasonMethod
from kernel.money import MINOR_UNIT_DIGITS

State = PlanVersion.State
AMOUNT = {"max_digits": 20, "decimal_places": 4, "min_value": 0}


def ratios(**more: Any) -> serializers.ListField:
    """Shares, 0.25 for a quarter."""
    child = serializers.DecimalField(max_digits=6, decimal_places=4, min_value=0, max_value=1, normalize_output=True)
    return serializers.ListField(child=child, max_length=24, **more)


class StepShape(serializers.Serializer[Any]):
    """A step of approval: to whom it falls, and what was decided."""

    step = serializers.IntegerField()
    kind = serializers.ChoiceField(ApprovalKind.choices)
    team_id = serializers.IntegerField(allow_null=True, help_text="Of managers: whose team.")
    waits = serializers.BooleanField()
    decision = QuotaDecisionShape(allow_null=True)


class VersionShape(serializers.Serializer[Any]):
    """A version of a plan: its state and how it is divided."""

    id = serializers.IntegerField()
    plan_id = serializers.IntegerField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(State.choices)
    amount = serializers.SerializerMethodField(help_text="The company's number; null for who sees some teams only.")
    method = serializers.ChoiceField(AllocationMethod.choices)
    season = serializers.ChoiceField(SeasonMethod.choices)
    season_weights = serializers.ListField(
        child=serializers.DecimalField(max_digits=12, decimal_places=4, normalize_output=True)
    )
    over_ratios = ratios(help_text="By level, the company first: how much more those below have together.")
    step_amount = Amount(help_text="What numbers are rounded to; 0 is the smallest unit.")
    ramp_ratios = ratios(help_text="Of a full quota by month of tenure.")
    is_ramp_from_full_month = serializers.BooleanField()
    days = serializers.ChoiceField(Proration.choices)
    attainment_ratio = serializers.DecimalField(max_digits=6, decimal_places=4, normalize_output=True)
    revision = serializers.IntegerField(help_text="Grows with every change of numbers.")
    grain = serializers.ChoiceField(QuotaDays.choices, help_text="Of which days its quotas are.")
    decision_note = serializers.CharField()
    steps = serializers.SerializerMethodField(help_text="Of approval, as it was handed in last.")

    def get_amount(self, version: PlanVersion) -> str | None:
        return f"{version.amount.normalize():f}" if self.context.get("is_whole") else None

    def get_steps(self, version: PlanVersion) -> StepShape(many=True):  # type: ignore[valid-type]
        """Reasons of others are for who sees the whole plan."""
        taken, left = {each.number: each for each in decisions_of(version)}, waiting(version)
        is_whole = self.context.get("is_whole")
        return [
            {
                "step": number,
                "kind": step.kind,
                "team_id": step.team_id,
                "waits": number in left,
                "decision": QuotaDecisionShape(taken[number]).data if is_whole and number in taken else None,
            }
            for number, step in enumerate(steps_of(version))
        ]


class PlanShape(serializers.Serializer[Any]):
    """A plan with its versions, the latest first."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    measure = serializers.CharField()
    currency = serializers.CharField()
    versions = serializers.SerializerMethodField()

    def get_versions(self, plan: Any) -> VersionShape(many=True):  # type: ignore[valid-type]
        rows = sorted(plan.versions.all(), key=lambda version: -version.number)
        return VersionShape(rows, many=True, context=self.context).data


class PlanAdd(serializers.Serializer[Any]):
    """A plan of whole months with its first version."""

    name = serializers.CharField(max_length=120)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    amount = serializers.DecimalField(**AMOUNT)  # type: ignore[arg-type]
    currency = serializers.ChoiceField(sorted(MINOR_UNIT_DIGITS))


class CellShape(serializers.Serializer[Any]):
    """The number of a month."""

    month = serializers.DateField()
    amount = serializers.CharField()
    is_locked = serializers.BooleanField()
    source = serializers.ChoiceField(PlanCell.Source.choices)  # type: ignore[assignment]
    revision = serializers.IntegerField()


class LineShape(serializers.Serializer[Any]):
    """The company, a team, or somebody's days in a team, with a number per month."""

    id = serializers.IntegerField()
    parent_id = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(PlanLine.Kind.choices)
    name = serializers.CharField()
    team_id = serializers.IntegerField(allow_null=True)
    person_id = serializers.IntegerField(allow_null=True)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    total = serializers.CharField()
    beyond = serializers.CharField(help_text="What those below have together beyond the line's own number.")
    estimate = serializers.CharField(allow_null=True, help_text="Of the manager, over the whole plan.")
    cells = CellShape(many=True)


class LinesShape(serializers.Serializer[Any]):
    """A version as a sheet."""

    revision = serializers.IntegerField()
    currency = serializers.CharField()
    lines = LineShape(many=True)


class DivideSent(serializers.Serializer[Any]):
    """How to divide; what is not sent stays as it is."""

    amount = serializers.DecimalField(required=False, **AMOUNT)  # type: ignore[arg-type]
    method = serializers.ChoiceField(AllocationMethod.choices, required=False)
    season = serializers.ChoiceField(SeasonMethod.choices, required=False)
    season_weights = serializers.ListField(
        child=serializers.DecimalField(max_digits=12, decimal_places=4, min_value=0), max_length=24, required=False
    )
    over_ratios = ratios(required=False)
    step_amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    ramp_ratios = ratios(required=False)
    is_ramp_from_full_month = serializers.BooleanField(required=False)
    days = serializers.ChoiceField(Proration.choices, required=False)
    grain = serializers.ChoiceField(QuotaDays.choices, required=False)


class CellSent(serializers.Serializer[Any]):
    """A number of a line, by hand."""

    line = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    month = serializers.DateField()
    amount = serializers.DecimalField(**AMOUNT)  # type: ignore[arg-type]
    is_locked = serializers.BooleanField(required=False, default=True)


class CellsSent(serializers.Serializer[Any]):
    """Numbers that change, all or none, and the revision they were read at."""

    seen = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    cells = serializers.ListField(child=CellSent(), min_length=1, max_length=5_000)


class StateSent(serializers.Serializer[Any]):
    """Where a version goes: `review` (handed in) or `draft` (taken back)."""

    state = serializers.ChoiceField([State.REVIEW, State.DRAFT])


class PlanDecideSent(serializers.Serializer[Any]):
    """A decision about what was looked at: a step that waits, and the revision of the numbers."""

    step = serializers.IntegerField(min_value=0, max_value=10_000)
    seen = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    is_approved = serializers.BooleanField()
    reason = serializers.CharField(max_length=300)
