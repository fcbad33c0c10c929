"""What an organization's own fields look like in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.models import CustomField, CustomValue


class Amount(serializers.DecimalField):
    """A decimal as text, with as many digits as it needs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=26, decimal_places=6, normalize_output=True, **options)


class MoneyShape(serializers.Serializer[Any]):
    """An amount in its currency."""

    amount = Amount()
    currency = serializers.CharField()
    converted_amount = Amount(allow_null=True)


@extend_schema_field(
    {
        "type": "object",
        "description": "Own fields by their keys: text, decimal as text, day, true or false; a named amount is an object of"
        " `amount`, `currency` and `converted_amount`. A field without a value is left out.",
        "additionalProperties": True,
    }
)
class OwnFields(serializers.Field):  # type: ignore[type-arg]
    """The values of the organization's own fields."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source="custom_values", read_only=True, **options)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {each.field.key: _own_value(each) for each in value.all()}


def _own_value(value: CustomValue) -> Any:
    if value.field.type == CustomField.Type.MONEY:
        return MoneyShape(
            {"amount": value.number, "currency": value.currency, "converted_amount": value.converted_number}
        ).data
    if value.field.type == CustomField.Type.FLAG:
        return value.text == "yes"
    return value.text
