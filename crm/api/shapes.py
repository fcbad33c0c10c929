"""What facts and imports look like in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.own_fields import Amount, OwnFields
from crm.models import (
    ActivityType,
    Credit,
    CustomField,
    DealType,
    ImportBatch,
    ImportIssue,
    ImportRow,
    Outcome,
    TransactionType,
)
from crm.models.quota import Measure
from people.api.shapes import EndDay, FromDay, KeyShape, ReferenceShape
from people.models import Job


@extend_schema_field(ReferenceShape(allow_null=True))
class Reference(serializers.Field):  # type: ignore[type-arg]
    """Something else by id and name; null where it is not known (the text of the source stands beside it)."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"id": value.pk, "name": str(value)}


class FactShape(serializers.Serializer[Any]):
    """What every fact has: where it came from."""

    id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    import_id = serializers.IntegerField(source="batch_id", allow_null=True, help_text="The import it last came by.")
    import_line = serializers.IntegerField(source="row_number", allow_null=True)
    updated_at = serializers.DateTimeField()


class NamedShape(serializers.Serializer[Any]):
    """An account or product, and what sources call it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    keys = KeyShape(many=True)


class AccountShape(NamedShape):
    """An account with what is known of it."""

    region = serializers.CharField()
    industry = serializers.CharField()
    parent = Reference(allow_null=True)  # type: ignore[assignment]
    own_fields = OwnFields()


class ProductShape(NamedShape):
    family = serializers.CharField()
    list_price = Amount(allow_null=True)


class StageShape(serializers.Serializer[Any]):
    """A step of a pipeline."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    outcome = serializers.ChoiceField(Outcome.choices)
    probability = Amount(allow_null=True)


class PipelineShape(serializers.Serializer[Any]):
    """A pipeline with its stages in order."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    stages = StageShape(many=True)


class CreditShape(serializers.Serializer[Any]):
    """Who gets which share of a deal; without a row the owner gets all of it."""

    person = Reference(allow_null=True, help_text="Null: the house.")
    role = serializers.ChoiceField(Credit.Role.choices)
    kind = serializers.ChoiceField(Measure.choices)
    share = serializers.DecimalField(
        max_digits=12, decimal_places=8, normalize_output=True, help_text="1 is all of it."
    )
    origin = serializers.ChoiceField(Credit.Origin.choices, help_text="Who said so: given, or worked out from this.")
    hand_over_id = serializers.IntegerField(allow_null=True, help_text="The hand-over it comes from.")


class RoleShape(serializers.Serializer[Any]):
    """Somebody who takes part in a deal beside its owner."""

    role = serializers.CharField()
    person = Reference(allow_null=True)
    person_text = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_before = serializers.DateField(allow_null=True)


class OpportunityShape(FactShape):
    """A deal as its source last told it."""

    name = serializers.CharField()
    owner = Reference(allow_null=True)
    owner_text = serializers.CharField()
    account = Reference(allow_null=True)
    account_text = serializers.CharField()
    product = Reference(allow_null=True)
    product_text = serializers.CharField()
    pipeline = Reference(source="stage.pipeline")
    stage = Reference()
    outcome = serializers.ChoiceField(Outcome.choices)
    amount = Amount(allow_null=True)
    currency = serializers.CharField()
    converted_amount = Amount(allow_null=True, help_text="In the organization's currency; null without a rate.")
    probability = Amount(allow_null=True, help_text="The deal's own; null: that of its stage.")
    created_on = serializers.DateField(allow_null=True)
    engaged_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True, help_text="The expected day while the deal is open.")
    lead_source = serializers.CharField()
    lead = serializers.CharField(source="lead_text")
    deal_type = serializers.ChoiceField([("", ""), *DealType.choices])
    term_months = serializers.IntegerField(allow_null=True)
    loss_reason = serializers.CharField()
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    own_fields = OwnFields()
    roles = RoleShape(many=True, source="roles.all")
    credits = CreditShape(many=True, source="credits.all", help_text="Empty: the owner gets all of it.")


class OpportunityChangeShape(serializers.Serializer[Any]):
    """What a deal was from a moment on."""

    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    stage = Reference()
    outcome = serializers.ChoiceField(Outcome.choices)
    amount = Amount(allow_null=True)
    currency = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)
    owner = Reference(allow_null=True)
    import_id = serializers.IntegerField(source="batch_id", allow_null=True)


class LeadShape(FactShape):
    """A lead, and what became of it."""

    name = serializers.CharField()
    owner = Reference(allow_null=True)
    owner_text = serializers.CharField()
    account = Reference(allow_null=True)
    account_text = serializers.CharField()
    lead_source = serializers.CharField()
    created_on = serializers.DateField(allow_null=True)
    is_converted = serializers.BooleanField()
    converted_on = serializers.DateField(allow_null=True)
    opportunity = Reference(allow_null=True)
    own_fields = OwnFields()


class ActivityShape(FactShape):
    """Something a person did."""

    type = serializers.ChoiceField(ActivityType.choices)
    subject = serializers.CharField()
    person = Reference(allow_null=True)
    person_text = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    occurred_on = serializers.DateField()
    opportunity = Reference(allow_null=True)
    opportunity_text = serializers.CharField()
    account = Reference(allow_null=True)
    account_text = serializers.CharField()


class TransactionShape(FactShape):
    """What was booked, invoiced, delivered, paid or cancelled."""

    type = serializers.ChoiceField(TransactionType.choices)
    person = Reference(allow_null=True)
    person_text = serializers.CharField()
    opportunity = Reference(allow_null=True)
    opportunity_text = serializers.CharField()
    account = Reference(allow_null=True)
    account_text = serializers.CharField()
    product = Reference(allow_null=True)
    product_text = serializers.CharField()
    cancels = Reference(allow_null=True)
    amount = Amount(allow_null=True)
    currency = serializers.CharField()
    converted_amount = Amount(allow_null=True)
    occurred_on = serializers.DateField()


class QuotaShape(serializers.Serializer[Any]):
    """What a person or team is to reach."""

    id = serializers.IntegerField()
    person = Reference(allow_null=True)
    person_text = serializers.CharField()
    team = Reference(allow_null=True)
    team_text = serializers.CharField()
    measure = serializers.ChoiceField(Measure.choices)
    amount = Amount()
    currency = serializers.CharField()
    converted_amount = Amount(allow_null=True)
    is_overlay = serializers.BooleanField(help_text="Outside of team totals.")
    starts_on = FromDay(allow_null=True)
    ends_before = EndDay(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()


class OwnFieldShape(serializers.Serializer[Any]):
    """A field that the organization added."""

    id = serializers.IntegerField()
    entity = serializers.ChoiceField(CustomField.Entity.choices, help_text="Whose field it is.")
    name = serializers.CharField()
    key = serializers.CharField(help_text="Its name in `own_fields`; to send it, write `custom_` before it.")
    type = serializers.ChoiceField(CustomField.Type.choices)
    choices = serializers.ListField(child=serializers.CharField())
    is_off = serializers.BooleanField(
        help_text="Switched off: its values are kept, and neither shown, sent nor asked by until it is switched on again."
    )


class OwnFieldSent(serializers.Serializer[Any]):
    is_off = serializers.BooleanField(help_text="True switches it off, false on again.")


class RateShape(serializers.Serializer[Any]):
    """What one unit of a currency is worth in another: from its day to the next one, a plan rate until its end."""

    id = serializers.IntegerField()
    from_currency = serializers.CharField()
    to_currency = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(allow_null=True, help_text="Of a plan rate.")
    is_plan = serializers.BooleanField(help_text="Attainment and pace count at plan rates.")
    rate = serializers.DecimalField(max_digits=20, decimal_places=10, normalize_output=True)
    source = serializers.CharField(help_text="Empty: entered by hand.")  # type: ignore[assignment]


class JobShape(serializers.Serializer[Any]):
    """How far the work is."""

    state = serializers.ChoiceField(Job.State.choices)
    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class ImportShape(serializers.Serializer[Any]):
    """An import and what became of its rows."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    file_name = serializers.CharField()
    state = serializers.ChoiceField(ImportBatch.State.choices)
    is_all_or_nothing = serializers.BooleanField()
    received = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    removed = serializers.IntegerField()
    created_by = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    job = JobShape(allow_null=True)


class IssueShape(serializers.Serializer[Any]):
    """Something to know about an import; about a value once, with its first line and how often."""

    level = serializers.ChoiceField(ImportIssue.Level.choices)
    code = serializers.CharField()
    row = serializers.IntegerField(allow_null=True, help_text="Line of the file; of a push the row, counted from 1.")
    field = serializers.CharField(allow_null=True)
    value = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    message = serializers.CharField()


class ImportRowShape(serializers.Serializer[Any]):
    """One line as it came, and what became of it."""

    line = serializers.IntegerField(source="number")
    values = serializers.SerializerMethodField()
    result = serializers.ChoiceField(ImportRow.Result.choices)
    reason = serializers.CharField()

    def get_values(self, row: ImportRow) -> dict[str, str]:
        """Column → text."""
        columns = self.context["columns"]
        return dict(zip(columns, [*map(str, row.raw), *[""] * len(columns)], strict=False))


class ImportDetailShape(ImportShape):
    """An import with what was found in it."""

    issues = IssueShape(many=True)
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField()


class RowsField(serializers.ListField):
    """Rows of a push, counted from 1 wherever they are spoken of."""

    def run_child_validation(self, data: Any) -> Any:
        try:
            return super().run_child_validation(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            counted = {str(int(place) + 1): found for place, found in error.detail.items()}
            raise serializers.ValidationError(counted) from None


class PushSent(serializers.Serializer[Any]):
    """Rows of one kind from one source."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=100, help_text="The system they come from; a fact is known by its source and `id`."
    )
    rows = RowsField(
        child=serializers.DictField(),
        allow_empty=False,
        help_text="Objects of field → value, all with the same fields; null where a value is empty.",
    )
    all_or_nothing = serializers.BooleanField(default=False, help_text="One refused row refuses all.")
    dry_run = serializers.BooleanField(default=False, help_text="Say what would become of the rows, keep nothing.")


class RefusedShape(serializers.Serializer[Any]):
    """A row that was not taken."""

    row = serializers.IntegerField(help_text="Counted from 1.")
    id = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class PushAnswer(serializers.Serializer[Any]):
    """What became of the rows."""

    import_id = serializers.IntegerField(allow_null=True, help_text="Null after a dry run.")
    received = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    issues = IssueShape(many=True)
    refused_rows = RefusedShape(many=True)


class KindFieldShape(serializers.Serializer[Any]):
    """A field of a kind."""

    name = serializers.CharField()
    type = serializers.CharField()
    is_required = serializers.BooleanField()
    label = serializers.CharField()  # type: ignore[assignment]


class KindShape(serializers.Serializer[Any]):
    """A kind of facts that can be sent, with its fields."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    columns = KindFieldShape(many=True)
