"""The fiscal calendar of an organization."""

from kernel.period import FiscalCalendar
from people.models import Organization


def calendar_of(organization: Organization) -> FiscalCalendar:
    """Months, fiscal quarters and years, and weeks from the day the organization's begin on."""
    return FiscalCalendar(organization.fiscal_year_start, organization.week_start - 1)
