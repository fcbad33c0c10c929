"""`manage.py recompute --organization S [--full]`: rollups from facts."""

from argparse import ArgumentParser
from typing import Any

from metrics.services import rollups_recompute
from people.management.base import TenantCommand
from people.models import Organization


class Command(TenantCommand):
    help = "Recompute the numbers: what is due, or everything with --full. Safe to stop and to run beside the workers."
    opens_tenant = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--full", action="store_true", help="rebuild everything from the facts")

    def work(self, *, organization: Organization, full: bool, **options: Any) -> dict[str, Any]:
        done = rollups_recompute(organization_id=organization.pk, is_full=full, waits=True)
        return {
            "organization": organization.slug,
            "marks": done.marks,
            "rebuilds": done.rebuilds,
            "version": done.version,
        }
