"""What the organization knows already, to guess columns by their values."""

from crm.engine.guess import Known
from crm.models import Account, Product
from people.models import Person

MOST = 5_000  # names of each kind


def known_names() -> Known:
    """Names per reference field. Three queries."""
    people = frozenset(Person.objects.values_list("name", flat=True)[:MOST])
    return Known(
        {
            "owner": people,
            "manager": people,
            "account": frozenset(Account.objects.values_list("name", flat=True)[:MOST]),
            "product": frozenset(Product.objects.values_list("name", flat=True)[:MOST]),
        }
    )
