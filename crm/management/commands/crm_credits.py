from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from crm.selectors.credited import TYPES, credited_by_person
from people.management.base import TenantCommand
from people.models import Organization


class Command(TenantCommand):
    help = "Who is credited with invoices, deliveries or payments, and their attainment of quotas of that measure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--measure", required=True, choices=[str(measure) for measure in TYPES])
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="DAY", help="first day")
        parser.add_argument(
            "--to", dest="ends_before", type=date.fromisoformat, metavar="DAY", help="day after the last"
        )

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        found = credited_by_person(None, options["measure"], options["starts_on"], options["ends_before"])
        return {
            "measure": options["measure"],
            "currency": organization.currency,
            "rows": [
                {
                    "person": each.person.name if each.person else None,
                    "credited": _text(each.amount),
                    "overlay": _text(each.overlay),
                    "attained": _text(each.attained),
                    "quota": _text(each.quota),
                    "attainment": None if each.attainment is None else f"{each.attainment:.6f}",
                    "without_rate": each.without_rate,
                }
                for each in found
            ],
        }

    def as_text(self, answer: dict[str, Any]) -> str:
        lines = [
            f"{row['person'] or 'the house'}: {row['credited']} {answer['currency']}, attainment {row['attainment'] or '–'}"
            for row in answer["rows"]
        ]
        return "\n".join(lines) or "No transactions of this kind, and no quotas for them."


def _text(amount: Decimal | None) -> str | None:
    """With as many digits as it needs."""
    return None if amount is None else f"{amount.normalize():f}"
