"""What goals look like in the API, and what is sent to set and change them."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from goals.engine.pace import Status
from goals.models import ChangeRequest, CheckIn, Goal, Measured
from people.api.shapes import ReferenceShape


@extend_schema_field(ReferenceShape(allow_null=True))
class Reference(serializers.Field):  # type: ignore[type-arg]
    """Somebody or something by id and name."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"id": value.pk, "name": str(value)}


class Number(serializers.DecimalField):
    """A decimal as text, with as many digits as it needs; ratios as 0.625."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=26, decimal_places=6, normalize_output=True, **options)


class LimitShape(serializers.Serializer[Any]):
    """What a goal on a metric is limited to."""

    by = serializers.CharField(help_text="region, industry, source, product, stage, account, type, custom_<key>")
    value = serializers.CharField(source="text", help_text="As it is called in the data.")


class StateShape(serializers.Serializer[Any]):
    """Where a goal stands today; computed when it is read."""

    value = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField(help_text="Share of the way from baseline to target, exact above 1.")
    expected = serializers.SerializerMethodField(help_text="Share that should be come by now.")
    status = serializers.ChoiceField([each.value for each in Status])
    confidence = serializers.SerializerMethodField()
    is_check_in_due = serializers.BooleanField(source="is_due")
    is_rounded = serializers.BooleanField(
        help_text="Progress in whole tenths and no value: exact ones would tell a goal that is not open to you."
    )

    def get_value(self, state: Any) -> Number(allow_null=True):  # type: ignore[valid-type]
        return _text(state.value)

    def get_progress(self, state: Any) -> Number(allow_null=True):  # type: ignore[valid-type]
        return _text(state.ratio)

    def get_expected(self, state: Any) -> Number():  # type: ignore[valid-type]
        return _text(state.expected_ratio)

    def get_confidence(self, state: Any) -> serializers.CharField(allow_null=True):  # type: ignore[valid-type]
        return state.confidence.value if state.confidence else None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{round(value, 6).normalize():f}"


class GoalShape(serializers.Serializer[Any]):
    """A goal of a person or of a team with where it stands."""

    id = serializers.IntegerField()
    person = Reference()
    team = Reference()
    name = serializers.CharField()
    specific = serializers.CharField()
    kind = serializers.ChoiceField(Measured.Kind.choices)
    metric = serializers.CharField(help_text="Empty where it is not measured by one.")
    limits = LimitShape(many=True, source="filters")
    unit = serializers.ChoiceField(Measured.Unit.choices)
    direction = serializers.ChoiceField(Measured.Direction.choices)
    baseline = Number(allow_null=True)
    commit_value = Number(allow_null=True)
    target = Number()
    stretch_value = Number(allow_null=True)
    achievable = serializers.CharField()
    relevant = serializers.CharField()
    rolls_up_by = serializers.ChoiceField(Measured.RollUp.choices)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    cadence = serializers.ChoiceField(Goal.Cadence.choices)
    pace = serializers.ChoiceField(Goal.Pace.choices)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    state = serializers.SerializerMethodField()

    def get_state(self, goal: Goal) -> StateShape:
        return StateShape(self.context["states"][goal.pk]).data  # type: ignore[return-value]


class StepSent(serializers.Serializer[Any]):
    """A milestone."""

    name = serializers.CharField(max_length=200)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class LimitSent(serializers.Serializer[Any]):
    """What a goal is limited to."""

    by = serializers.CharField(max_length=60)
    value = serializers.CharField(max_length=200)


class GoalChange(serializers.Serializer[Any]):
    """What changes; what is not sent stays. A change of anything needs a reason."""

    name = serializers.CharField(max_length=200, required=False)
    specific = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Measured.Kind.choices, required=False)
    metric = serializers.CharField(max_length=60, required=False, allow_blank=True)
    limits = LimitSent(many=True, required=False)
    unit = serializers.ChoiceField(Measured.Unit.choices, required=False)
    direction = serializers.ChoiceField(Measured.Direction.choices, required=False)
    baseline = Number(required=False, allow_null=True)
    commit_value = Number(required=False, allow_null=True)
    target = Number(required=False)
    stretch_value = Number(required=False, allow_null=True)
    achievable = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    relevant = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    rolls_up_by = serializers.ChoiceField(Measured.RollUp.choices, required=False)
    starts_on = serializers.DateField(required=False)
    ends_before = serializers.DateField(required=False)
    cadence = serializers.ChoiceField(Goal.Cadence.choices, required=False)
    pace = serializers.ChoiceField(Goal.Pace.choices, required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class GoalAdd(GoalChange):
    """A goal of a person or of a team (one of both)."""

    reason = None  # type: ignore[assignment]
    person_id = serializers.IntegerField(required=False, min_value=1)
    team_id = serializers.IntegerField(required=False, min_value=1)
    name = serializers.CharField(max_length=200)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    milestones = StepSent(many=True, required=False)


class CheckInShape(serializers.Serializer[Any]):
    """How somebody saw a goal on a day; the private note is empty for whoever may not read it."""

    id = serializers.IntegerField()
    on = serializers.DateField()
    value = Number(allow_null=True)
    confidence = serializers.CharField()
    note = serializers.CharField()
    private_note = serializers.CharField()
    by = Reference()


class CheckInAdd(serializers.Serializer[Any]):
    """A check-in; of a day that is not given: today."""

    on = serializers.DateField(required=False)
    value = Number(required=False, allow_null=True, default=None)
    confidence = serializers.ChoiceField(CheckIn.Confidence.choices, required=False, default="")
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    private_note = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    milestones_done = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        help_text="All that are reached; others are open again.",
    )


class NoticeShape(serializers.Serializer[Any]):
    """Who was told, and when they said that they know."""

    person = Reference()
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class RevisionShape(serializers.Serializer[Any]):
    """What was changed, by whom and why."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = Reference()
    reason = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    told = serializers.SerializerMethodField()

    def get_told(self, revision: Any) -> NoticeShape(many=True):  # type: ignore[valid-type]
        return NoticeShape(revision.notices.all(), many=True).data


class RequestShape(serializers.Serializer[Any]):
    """A change that the owner asks for."""

    id = serializers.IntegerField()
    goal_id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = Reference()
    wanted = serializers.DictField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(ChangeRequest.State.choices)
    answer = serializers.CharField()


class RequestAdd(serializers.Serializer[Any]):
    """The values asked for, and why."""

    target = Number(required=False)
    commit_value = Number(required=False, allow_null=True)
    stretch_value = Number(required=False, allow_null=True)
    starts_on = serializers.DateField(required=False)
    ends_before = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=500)


class DecideSent(serializers.Serializer[Any]):
    """The answer; `version` is the goal's that was read before."""

    is_approved = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1)
    answer = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ReasonSent(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=500)
