"""What objectives, help, templates and changes of many goals look like in the API, and what is sent."""

from typing import Any

from rest_framework import serializers

from goals.api.shapes import LimitShape, Number, Reference, StateShape
from goals.models import BulkRevision, CheckIn, Goal, GoalTemplate, HelpOffer, Measured, Objective


class ObjectiveShape(serializers.Serializer[Any]):
    """A company objective with where it stands and how many have read it."""

    id = serializers.IntegerField(source="objective.pk")
    name = serializers.CharField(source="objective.name")
    description = serializers.CharField(source="objective.description")
    owner = Reference(source="objective.owner", allow_null=True)
    kind = serializers.ChoiceField(Measured.Kind.choices, source="objective.kind")
    metric = serializers.CharField(source="objective.metric", help_text="Empty where it is not measured by one.")
    limits = LimitShape(many=True, source="objective.filters")
    unit = serializers.ChoiceField(Measured.Unit.choices, source="objective.unit")
    direction = serializers.ChoiceField(Measured.Direction.choices, source="objective.direction")
    baseline = Number(source="objective.baseline", allow_null=True)
    target = Number(source="objective.target")
    rolls_up_by = serializers.ChoiceField(Measured.RollUp.choices, source="objective.rolls_up_by")
    starts_on = serializers.DateField(source="objective.starts_on")
    ends_before = serializers.DateField(source="objective.ends_before")
    published_at = serializers.DateTimeField(source="objective.published_at", allow_null=True)
    withdrawn_at = serializers.DateTimeField(source="objective.withdrawn_at", allow_null=True)
    version = serializers.IntegerField(source="objective.version")
    state = StateShape()
    read_count = serializers.IntegerField(help_text="People who are here and have read it.")
    is_read = serializers.BooleanField(help_text="Whether you have.")


class ObjectiveChange(serializers.Serializer[Any]):
    """What changes; what is not sent stays. Ratios as 0.625."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    owner_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(Measured.Kind.choices, required=False)
    metric = serializers.CharField(max_length=60, required=False, allow_blank=True)
    limits = LimitShape(many=True, required=False)
    unit = serializers.ChoiceField(Measured.Unit.choices, required=False)
    direction = serializers.ChoiceField(Measured.Direction.choices, required=False)
    baseline = Number(required=False, allow_null=True)
    target = Number(required=False)
    rolls_up_by = serializers.ChoiceField(Measured.RollUp.choices, required=False)
    starts_on = serializers.DateField(required=False)
    ends_before = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=500, required=False, help_text="Needed once it is published.")


class ObjectiveAdd(ObjectiveChange):
    """A draft."""

    name = serializers.CharField(max_length=200)
    target = Number()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()


class ObjectiveCheckIn(serializers.Serializer[Any]):
    """How an objective stands on a day, today unless told."""

    on = serializers.DateField(required=False)
    value = Number(required=False, allow_null=True)
    confidence = serializers.ChoiceField(CheckIn.Confidence.choices, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class ReaderShape(serializers.Serializer[Any]):
    """Somebody who is asked to read it."""

    person_id = serializers.IntegerField()
    name = serializers.CharField()
    read_at = serializers.DateTimeField(allow_null=True)


class TreeLinkShape(serializers.Serializer[Any]):
    """What contributes."""

    type = serializers.CharField(help_text="objective or goal")
    id = serializers.IntegerField()
    weight = Number()


class TreeNodeShape(serializers.Serializer[Any]):
    """An objective or goal in the tree; `state` is null where its numbers are not open to you."""

    type = serializers.CharField(help_text="objective or goal")
    id = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField(help_text="Empty where nobody owns it.")
    rolls_up_by = serializers.ChoiceField(Measured.RollUp.choices)
    state = StateShape(allow_null=True)
    contributions = TreeLinkShape(many=True)


class GapShape(serializers.Serializer[Any]):
    """Something that nobody looks after."""

    kind = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField(help_text="objective, goal, team or person")
    id = serializers.IntegerField()
    total = Number(allow_null=True)
    wanted = Number(allow_null=True)


class TreeShape(serializers.Serializer[Any]):
    """The whole tree of what runs today."""

    nodes = TreeNodeShape(many=True)
    gaps = GapShape(many=True)


class HelpShape(serializers.Serializer[Any]):
    """An offer of help."""

    id = serializers.IntegerField()
    goal = Reference()
    by = Reference()
    at = serializers.DateTimeField()
    note = serializers.CharField()
    state = serializers.ChoiceField(HelpOffer.State.choices)
    thanks = serializers.CharField()


class HelpAdd(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500)


class HelpAnswer(serializers.Serializer[Any]):
    is_accepted = serializers.BooleanField()


class HelpThanks(serializers.Serializer[Any]):
    thanks = serializers.CharField(max_length=500)


class TemplateShape(serializers.ModelSerializer[GoalTemplate]):
    """A template of the library."""

    role = serializers.CharField(help_text="rep, manager, team, or empty for any")

    class Meta:
        model = GoalTemplate
        fields = (
            "id", "name", "role", "specific", "achievable", "relevant", "kind", "metric", "unit", "direction", "target",
            "commit_ratio", "stretch_ratio", "milestones", "length", "cadence", "pace",
        )  # fmt: skip


class TemplateAdd(serializers.Serializer[Any]):
    """A new template; ratios as 0.9."""

    name = serializers.CharField(max_length=200)
    role = serializers.RegexField("^(rep|manager|team)?$", required=False, allow_blank=True)
    specific = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    achievable = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    relevant = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Measured.Kind.choices)
    metric = serializers.CharField(max_length=60, required=False, allow_blank=True)
    unit = serializers.ChoiceField(Measured.Unit.choices, required=False)
    direction = serializers.ChoiceField(Measured.Direction.choices, required=False)
    target = Number(required=False, allow_null=True)
    commit_ratio = serializers.DecimalField(
        max_digits=7, decimal_places=6, min_value=0, max_value=9, required=False, allow_null=True
    )
    stretch_ratio = serializers.DecimalField(
        max_digits=7, decimal_places=6, min_value=0, max_value=9, required=False, allow_null=True
    )
    milestones = serializers.ListField(child=serializers.CharField(max_length=200), max_length=50, required=False)
    length = serializers.ChoiceField(GoalTemplate.Length.choices, required=False)
    cadence = serializers.ChoiceField(Goal.Cadence.choices, required=False)
    pace = serializers.ChoiceField(Goal.Pace.choices, required=False)


class TemplateUse(serializers.Serializer[Any]):
    """For one person, one team, or everybody who sits in a team today."""

    person_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    team_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    everybody_in_team_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    target = Number(required=False)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()


class CarrySent(serializers.Serializer[Any]):
    """Which goals go on, in which days; `targets` by the id of the goal where they differ."""

    goal_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=500
    )
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    targets = serializers.DictField(child=Number(), required=False)


class RefusalShape(serializers.Serializer[Any]):
    """What was not done, and why."""

    name = serializers.CharField()
    reason = serializers.CharField()


class MadeShape(serializers.Serializer[Any]):
    """Goals that were set, by id, and what was refused."""

    goal_ids = serializers.ListField(child=serializers.IntegerField())
    refused = RefusalShape(many=True)


class BulkSent(serializers.Serializer[Any]):
    """How the targets of some goals change, and why. With `is_dry_run` nothing is changed."""

    goal_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=2000
    )
    rule = serializers.ChoiceField(BulkRevision.Rule.choices)
    value = Number()
    reason = serializers.CharField(max_length=500)
    is_dry_run = serializers.BooleanField(required=False, default=False)


class BulkLineShape(serializers.Serializer[Any]):
    """One goal of it."""

    goal_id = serializers.IntegerField()
    before = Number()
    after = Number()
    refusal = serializers.CharField(help_text="Why it cannot be changed; empty where it can.")


class BulkShape(serializers.Serializer[Any]):
    """A change of many targets; `id` is null after a dry run."""

    id = serializers.IntegerField(allow_null=True)
    lines = BulkLineShape(many=True)


class UndoneShape(serializers.Serializer[Any]):
    """Which goals have their old target again, and which somebody changed since."""

    restored = serializers.ListField(child=serializers.IntegerField())
    left = serializers.ListField(child=serializers.IntegerField())


def objective_values(data: dict[str, Any]) -> dict[str, Any]:
    """What was sent as a service takes it, but for the owner and the limits."""
    names = {field.name for field in Objective._meta.local_concrete_fields}
    return {name: value for name, value in data.items() if name in names}
