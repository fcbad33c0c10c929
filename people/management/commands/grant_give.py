from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.utils import timezone

from people.management.base import TenantCommand, person_of, team_of
from people.models import BEGINNING, Grant, Organization
from people.services.grant import grant_give


class Command(TenantCommand):
    help = "Give a person a role: " + ", ".join(Grant.Role.values)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="e-mail address, name or id:NUMBER")
        parser.add_argument("--role", required=True, choices=Grant.Role.values)
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, default=BEGINNING, metavar="DAY")

        parser.add_argument("--team", help="limit the role to this team and all below it (default: everywhere)")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        person = person_of(options["person"])
        team = team_of(options["team"]) if options["team"] else None
        grant_give(
            viewer=None,
            person=person,
            role=options["role"],
            team=team,
            at=timezone.now(),
            starts_on=options["starts_on"],
        )
        return {"person": person.name, "role": options["role"], **({"team": team.name} if team else {})}
