"""Forms of quota plans."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Proration
from goals.models import PlanVersion
from goals.models.plan import AllocationMethod, QuotaDays, SeasonMethod
from kernel.money import MINOR_UNIT_DIGITS
from kernel.period import Grain, Period
from people.fiscal import calendar_of
from people.forms.base import TenantForm
from people.forms.fields import NumberField, amount_field

STEPS = [("0", _("to the smallest unit")), *((str(10**n), f"{10**n:,}") for n in range(5))]


def plan_amount(label: Any, **options: Any) -> forms.DecimalField:
    """An amount as a plan keeps it."""
    return amount_field(label, decimal_places=4, **options)


class NumbersField(forms.CharField):
    """Several numbers in a line, `0; 25; 50`, as exact decimals; `scale` 100 reads percentages as ratios."""

    def __init__(self, *, most: Decimal, scale: int = 1, longest: int = 24, **more: Any) -> None:
        self.most, self.scale, self.longest = most, scale, longest
        super().__init__(required=False, max_length=300, **more)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return " ; ".join(f"{(number * self.scale).normalize():f}" for number in value)
        return value

    def clean(self, value: Any) -> list[Decimal]:
        words = [word for word in re.split(r"[;\s]+|,\s+", (super().clean(value) or "").replace("%", " ")) if word]
        if len(words) > self.longest:
            raise forms.ValidationError(_("These are too many numbers."))
        return [self._number(word) for word in words]

    def _number(self, word: str) -> Decimal:
        try:
            number = Decimal(word.replace(",", "."))
        except InvalidOperation:
            number = Decimal(-1)
        if not number.is_finite() or not 0 <= number <= self.most:
            message = _("Write numbers from 0 to %(most)s with a semicolon between them, such as 0; 25; 50.")
            raise forms.ValidationError(message % {"most": self.most})
        return (number / self.scale).quantize(Decimal("0.0001"))


class PlanForm(TenantForm):
    """A new plan for a fiscal year."""

    name = forms.CharField(label=_("Name"), max_length=120)
    year = forms.ChoiceField(label=_("Fiscal year"))
    amount = plan_amount(_("Company number"), help_text=_("What the company is to reach in the year."))
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization = self.viewer.organization
        calendar = calendar_of(organization)
        this = calendar.period_of(Grain.YEAR, self.viewer.on)
        self.years = [calendar.previous(Grain.YEAR, this), this, calendar.next(Grain.YEAR, this)]
        labels = {calendar.label_of(Grain.YEAR, year): year for year in self.years}
        self.periods = labels
        choices: Any = self.fields["year"]
        choices.choices = [(label, label) for label in labels]
        choices.initial = calendar.label_of(Grain.YEAR, self.years[2])
        currencies: Any = self.fields["currency"]
        currencies.choices = [(code, code) for code in sorted(MINOR_UNIT_DIGITS)]
        currencies.initial = organization.currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        label = cleaned.pop("year", None)
        if label:
            year = self.periods[label]
            cleaned |= {"starts_on": year.starts_on, "ends_before": year.ends_before}
        return cleaned


class DivideForm(TenantForm):
    """How a version is divided."""

    amount = plan_amount(_("Company number"))
    method = forms.ChoiceField(label=_("People weigh by"), choices=AllocationMethod.choices)
    season = forms.ChoiceField(label=_("Months"), choices=SeasonMethod.choices)
    season_weights = NumbersField(
        label=_("Own weights of the months"),
        most=Decimal(10_000),
        help_text=_("One number per month of the plan, such as 8; 7; 9. Only with own weights of the months."),
    )
    over_ratios = NumbersField(
        label=_("Over-assignment in %, from the top level down"),
        most=Decimal(100),
        scale=100,
        longest=12,
        help_text=_("By how much those below add up to more: company; then each level. 0; 0; 5 is 5 % below teams."),
    )
    step_amount = forms.TypedChoiceField(label=_("Rounded"), choices=STEPS, coerce=Decimal)
    ramp_ratios = NumbersField(
        label=_("Ramp of new hires in %, by month of tenure"),
        most=Decimal(100),
        scale=100,
        help_text=_("0; 25; 50; 75 – the whole quota from the fifth month on. Empty: no ramp."),
    )
    is_ramp_from_full_month = forms.BooleanField(label=_("Ramp counts from the first full month"), required=False)
    days = forms.ChoiceField(label=_("Parts of a month by"), choices=Proration.choices)
    grain = forms.ChoiceField(label=_("Quotas in force"), choices=QuotaDays.choices)

    def __init__(self, *args: Any, version: PlanVersion, months: int, **kwargs: Any) -> None:
        self.months = months
        initial = {name: getattr(version, name) for name in self.base_fields}
        initial["step_amount"] = f"{version.step_amount:.0f}"
        initial["amount"] = f"{version.amount.normalize():f}"
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        weights = cleaned.get("season_weights") or []
        if cleaned.get("season") == SeasonMethod.OWN and len(weights) != self.months:
            self.add_error("season_weights", _("Write %(months)s numbers, one per month.") % {"months": self.months})
        elif cleaned.get("season") == SeasonMethod.OWN and not any(weights):
            self.add_error("season_weights", _("At least one month needs a weight above zero."))
        return cleaned


class CellForm(forms.Form):
    """One number of the sheet, as the page sends it."""

    line = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    month = forms.DateField(input_formats=["%Y-%m-%d"])
    amount = plan_amount(_("Amount"))
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    is_locked = forms.BooleanField(required=False)


class LineForm(TenantForm):
    """The numbers of a line, month by month."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    weight = NumberField(
        label=_("Own weight"),
        required=False,
        min_value=0,
        max_value=10**9,
        max_digits=14,
        decimal_places=4,
        localize=True,
        help_text=_("Used when people weigh by own weights."),
    )
    is_locked = forms.BooleanField(
        label=_("Locked"), required=False, help_text=_("Dividing the number again leaves locked numbers as they are.")
    )

    def __init__(self, *args: Any, months: list[tuple[Period, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months = [month for month, _label in months]
        for month, label in months:
            self.fields[f"m{month.starts_on}"] = plan_amount(label)

    def amounts(self) -> dict[date, Decimal]:
        """The amount of each month."""
        return {month.starts_on: self.cleaned_data[f"m{month.starts_on}"] for month in self.months}


class EstimatesForm(TenantForm):
    """What a manager expects of each person over the plan."""

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for key, name in lines:
            self.fields[f"amount{key}"] = plan_amount(name, required=False)
            self.fields[f"note{key}"] = forms.CharField(label=_("Note"), max_length=300, required=False)

    def estimates(self) -> dict[int, tuple[Decimal | None, str]]:
        """Amount and note by line."""
        values = self.cleaned_data
        return {key: (values[f"amount{key}"], values[f"note{key}"]) for key, _name in self.lines}


class FileForm(TenantForm):
    file = forms.FileField(label=_("The changed file (.xlsx or .csv)"))


class HireForm(TenantForm):
    """People to be hired."""

    role = forms.CharField(label=_("Role"), max_length=120)
    starts_on = forms.DateField(label=_("Starts on"))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=1_000, initial=1)
    yearly_amount = plan_amount(_("Full quota of one person over the whole plan"))
    ramp_ratios = NumbersField(
        label=_("Ramp in %, by month of tenure"),
        most=Decimal(100),
        scale=100,
        help_text=_("0; 25; 50; 75 – the whole quota from the fifth month on. Empty: no ramp."),
    )


class ExpectationForm(TenantForm):
    """Which share of their quotas people are expected to reach."""

    attainment = NumberField(
        label=_("Expected attainment in %"), min_value=0, max_value=500, max_digits=5, decimal_places=2, localize=True
    )
