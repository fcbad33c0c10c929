"""Numbers as readers of two languages write them: what could mean two things is asked for, never guessed."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from crm.forms.credits import CreditForm
from crm.forms.hand_overs import RuleForm
from crm.forms.rates import RateForm
from crm.forms.stages import StageForm
from people.forms.fields import NumberField, amount_field

READ = [
    ("en", "1.08", "1.08"), ("en", "1,234", "1234"), ("en", "1,234,567.5", "1234567.5"), ("en", "12,34,567", "1234567"),
    ("en", "-1,234.50", "-1234.5"), ("en", " 25.5 ", "25.5"), ("en", "0", "0"),
    ("de", "1,08", "1.08"), ("de", "1.08", "1.08"), ("de", "1.234", "1234"), ("de", "1.234.567,5", "1234567.5"),
]  # fmt: skip
ASKED = [("en", "1,08"), ("en", "25,5"), ("en", "1,2345"), ("en", "1,23,4"), ("en", ",5"), ("en", "1.234,5"), ("en", "1,,234"),
         ("de", "1.2.345"), ("de", "1.234.5")]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "number"), READ)
def test_a_number_is_read_as_it_is_written_in_the_language(language: str, text: str, number: str) -> None:
    with translation.override(language):
        assert NumberField(localize=True).clean(text) == Decimal(number)


@pytest.mark.parametrize(("language", "text"), ASKED)
def test_a_separator_that_could_be_the_other_one_is_asked_about(language: str, text: str) -> None:
    with translation.override(language), pytest.raises(ValidationError) as refused:
        NumberField(localize=True).clean(text)
    assert "“" in refused.value.messages[0] or "„" in refused.value.messages[0]


def test_every_field_for_money_rates_and_shares_is_one() -> None:
    fields = [RateForm.base_fields["rate"], CreditForm.base_fields["share"], StageForm.base_fields["probability"]]
    fields += [RuleForm.base_fields["previous_share"], amount_field("")]
    assert all(isinstance(each, NumberField) and each.localize for each in fields)
