from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from people.management.base import AnsweringCommand, organization_of_slug
from spm.demo.live import deal_close


class Command(AnsweringCommand):
    help = "Let one of Maya's open deals be won now, to see the change travel to the open pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--slug", default="demo", help="short name of the demo organization (default: demo)")

    def work(self, **options: Any) -> dict[str, Any]:
        deal = deal_close(organization_of_slug(options["slug"]), at=timezone.now())
        return {
            "deal": deal.external_id,
            "name": deal.name,
            "amount": str(deal.amount),
            "closed_on": str(deal.closed_on),
        }
