import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from crm.models import Account, Territory
from crm.selectors.territories import covers_told
from crm.services.territories import account_assign, territory_assign, territory_save
from people.management.base import TenantCommand, person_of, refusal_text
from people.models import Organization, Seat, SeatHolding
from people.viewer import day_at

COLUMNS = {"account", "person", "starts_on", "ends_before", "exclusive"}


class Command(TenantCommand):
    help = "Set up territories, give them and accounts to seats, or say who looks after which account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--add", metavar="NAME", help="add or change this territory")
        what.add_argument("--assign", metavar="NAME", help="give this territory to a seat")
        what.add_argument(
            "--accounts", metavar="FILE", help="CSV of named accounts, all lines or none: account, person, …"
        )
        parser.add_argument("--part-of", metavar="NAME", help="the territory it is part of")
        parser.add_argument("--region", action="append", default=[], help="region of accounts; may be repeated")
        parser.add_argument("--industry", action="append", default=[], help="industry of accounts; may be repeated")
        parser.add_argument("--person", help="who holds the seat on the day; left out with --assign: nobody")
        parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="the day (default: today)")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        at = timezone.now()
        on = options["on"] or day_at(organization, at)
        if options["add"]:
            found = Territory.objects.filter(name__iexact=options["add"]).first()
            territory_save(
                viewer=None,
                at=at,
                name=options["add"],
                parent=_territory(options["part_of"]) if options["part_of"] else None,
                regions=options["region"],
                industries=options["industry"],
                territory=found,
            )
        if options["assign"]:
            seat = _seat(options["person"], on) if options["person"] else None
            territory_assign(viewer=None, territory=_territory(options["assign"]), seat=seat, on=on, at=at)
        count = _accounts_assign(options["accounts"], on) if options["accounts"] else 0
        return {"on": on.isoformat(), "given": count, "accounts": _covers(on)}

    def as_text(self, answer: dict[str, Any]) -> str:
        lines = [
            f"{row['account']}: {row['person'] or 'vacant seat'} ({row['territory'] or 'by name'})"
            for row in answer["accounts"]
        ]
        return "\n".join(lines) or "No account has a seat that looks after it."


def _covers(on: date) -> list[dict[str, Any]]:
    names = dict(Account.objects.values_list("pk", "name"))
    territories = dict(Territory.objects.values_list("pk", "name"))
    found = covers_told(list(names), on)
    return [
        {
            "account": names[key],
            "person": seat.person or None,
            "seat": seat.seat.pk,
            "territory": territories.get(cover.territory_id or 0),
        }
        for key, covers in sorted(found.items(), key=lambda item: names[item[0]])
        for cover, seat in covers
    ]


def _territory(name: str) -> Territory:
    found = Territory.objects.filter(name__iexact=" ".join(name.split())).first()
    if found is None:
        raise CommandError(f"There is no territory “{name}”.")
    return found


def _seat(person: str, on: date) -> Seat:
    """The seat that somebody holds on the day. Raises: CommandError."""
    who = person_of(person)
    holding = SeatHolding.objects.on(on).filter(person=who).select_related("seat").first()
    if holding is None:
        raise CommandError(f"{who.name} holds no seat on {on.isoformat()}.")
    seat: Seat = holding.seat
    return seat


@transaction.atomic
def _accounts_assign(name: str, on: date) -> int:
    """All lines of a file or none. Raises: CommandError naming the line."""
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read as a UTF-8 CSV file.") from error
    if not rows or not {"account", "person"} <= rows[0].keys():
        raise CommandError(f"{name} needs the columns account and person (and may have {', '.join(sorted(COLUMNS))}).")
    for number, row in enumerate(rows, 2):
        try:
            _line_assign(row, on)
        except (CommandError, ValidationError, ValueError) as error:
            words = refusal_text(error) if isinstance(error, ValidationError) else str(error)
            raise CommandError(f"line {number}: {words} Nothing was written.") from error
    return len(rows)


def _line_assign(row: dict[str, str], on: date) -> None:
    accounts = list(Account.objects.filter(name__iexact=(row["account"] or "").strip())[:2])
    if len(accounts) != 1:
        raise CommandError(f"{'Several accounts are' if accounts else 'No account is'} called “{row['account']}”.")
    starts_on = date.fromisoformat(row["starts_on"]) if row.get("starts_on") else on
    account_assign(
        viewer=None,
        account=accounts[0],
        seat=_seat(row["person"] or "", starts_on),
        starts_on=starts_on,
        ends_before=date.fromisoformat(row["ends_before"]) if row.get("ends_before") else None,
        is_exclusive=(row.get("exclusive") or "yes").strip().lower() not in {"no", "false", "0", "shared"},
        at=timezone.now(),
    )
