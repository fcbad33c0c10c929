from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm.models import Measure, Proration, SeatQuota
from crm.selectors.seat_quotas import seat_quotas_held
from crm.services.seat_quotas import seat_quota_create, seat_quota_delete
from people.management.base import TenantCommand, person_of
from people.models import Organization, Seat, SeatHolding


class Command(TenantCommand):
    help = "Give a seat a quota that whoever holds it has, take it away, or list them with what follows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--seat", type=int, metavar="NUMBER", help="id of the seat")
        what.add_argument("--person", help="the seat that this person holds on the first day")
        what.add_argument("--delete", type=int, metavar="NUMBER", help="take this quota of a seat away")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="DAY", help="first day")
        parser.add_argument(
            "--to", dest="ends_before", type=date.fromisoformat, metavar="DAY", help="day after the last"
        )
        parser.add_argument("--amount", help="what is to be reached")
        parser.add_argument("--currency", help="default: the organization's")
        parser.add_argument("--measure", choices=Measure.values, default=Measure.BOOKINGS)
        parser.add_argument(
            "--proration", choices=Proration.values, default=Proration.CALENDAR, help="which days count"
        )

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if options["delete"] is not None:
            row = SeatQuota.objects.filter(pk=options["delete"]).first()
            if row is None:
                raise CommandError(f"There is no quota of a seat {options['delete']} in this organization.")
            seat_quota_delete(viewer=None, seat_quota=row, at=timezone.now())
        elif options["seat"] is not None or options["person"]:
            _create(organization, options)
        rows = list(SeatQuota.objects.order_by("starts_on", "pk"))
        return {
            "seat_quotas": [
                {
                    "id": held.row.pk,
                    "seat": held.row.seat_id,
                    "starts_on": held.row.starts_on.isoformat(),
                    "ends_before": held.row.ends_before.isoformat(),
                    "amount": f"{held.row.amount.normalize():f}",
                    "currency": held.row.currency,
                    "measure": held.row.measure,
                    "proration": held.row.proration,
                    "holders": [
                        {
                            "person": piece.person.name if piece.person else None,
                            "starts_on": piece.starts_on.isoformat(),
                            "ends_before": piece.ends_before.isoformat(),
                            "amount": f"{piece.amount.normalize():f}",
                        }
                        for piece in held.pieces
                    ],
                    "passed_over": held.passed_over,
                }
                for held in seat_quotas_held(rows)
            ]
        }

    def as_text(self, answer: dict[str, Any]) -> str:
        lines = []
        for row in answer["seat_quotas"]:
            holders = ", ".join(f"{each['person']} {each['amount']}" for each in row["holders"]) or "nobody"
            days = f"{row['starts_on']} to {row['ends_before']}"
            lines.append(f"{row['id']}: seat {row['seat']}, {days}, {row['amount']} {row['currency']}: {holders}")
        return "\n".join(lines) or "No seat has a quota."


def _create(organization: Organization, options: dict[str, Any]) -> None:
    if not (options["starts_on"] and options["ends_before"] and options["amount"]):
        raise CommandError("Say --from, --to and --amount.", returncode=2)
    if options["starts_on"] >= options["ends_before"]:
        raise CommandError("The end must come after the start.")
    try:
        amount = Decimal(options["amount"]).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise CommandError(f"“{options['amount']}” is not an amount.") from error
    seat_quota_create(
        viewer=None,
        at=timezone.now(),
        seat=_seat(options),
        starts_on=options["starts_on"],
        ends_before=options["ends_before"],
        amount=amount,
        currency=options["currency"] or organization.currency,
        measure=options["measure"],
        proration=options["proration"],
    )


def _seat(options: dict[str, Any]) -> Seat:
    """Raises: CommandError where there is none."""
    if options["person"]:
        who = person_of(options["person"])
        holding = SeatHolding.objects.on(options["starts_on"]).filter(person=who).select_related("seat").first()
        found: Seat | None = holding.seat if holding else None
    else:
        found = Seat.objects.filter(pk=options["seat"]).first()
    if found is None:
        raise CommandError("There is no such seat on the first day.")
    return found
