"""`manage.py metrics`: any metric by anything, as a table or as JSON that other programs rely on."""

from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.utils import timezone

from metrics.pages.document import answer_document
from metrics.selectors.answer import answer
from metrics.selectors.parse import QuestionError, question_of
from metrics.selectors.question import Dimension
from metrics.services import rollups_recompute
from people.management.base import TenantCommand
from people.models import Organization
from people.wall import tenant

UNDEFINED = "–"


class Command(TenantCommand):
    help = "Figures of the metric catalogue. What is due is recomputed first, so that they are true."
    opens_tenant = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--metric", required=True, help="names from the catalogue, separated by commas")
        parser.add_argument(
            "--by",
            default="",
            help=f"{', '.join(Dimension)} and one of day, week, month, quarter, half, year; "
            "own fields as custom_<key> (of deals), lead_<key> or account_<key>; commas",
        )
        parser.add_argument("--from", dest="starts_on", metavar="DAY", help="first day, 2017-01-01 (default: all time)")
        parser.add_argument("--to", dest="ends_before", metavar="DAY", help="the day after the last one")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="any of what --by takes beside time, as in region=West; without a value what has none; repeatable",
        )
        parser.add_argument("--as-of", metavar="DAY", help="the figures as they stood at the end of a past day")
        parser.add_argument(
            "--no-wait", action="store_true", help="read the numbers as they are, even while some are due"
        )

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if not options["no_wait"]:
            rollups_recompute(organization_id=organization.pk, waits=True)
        today = timezone.now().astimezone(ZoneInfo(organization.time_zone)).date()
        with tenant(organization.pk):
            try:
                question = question_of(
                    metrics=options["metric"],
                    by=options["by"],
                    starts_on=options["starts_on"],
                    ends_before=options["ends_before"],
                    filters=options["filter"],
                    on=today,
                    as_of=options["as_of"],
                )
            except QuestionError as error:
                raise CommandError(str(error), returncode=2 if error.is_usage else 1) from error
            return answer_document(answer(organization, question))

    def as_text(self, document: dict[str, Any]) -> str:
        groups = list(document["rows"][0]["group"]) if document["rows"] else []
        heads = [*groups, "metric", "value", "numerator", "denominator", "note"]
        lines = [
            [*(_text(row["group"][key]) for key in groups), *(_text(row[key]) for key in heads[len(groups) :])]
            for row in document["rows"]
        ]
        widths = [max(len(line[n]) for line in [heads, *lines]) for n in range(len(heads))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in [heads, *lines]
        ]
        return "\n".join([*table, f"as of {document['as_of'] or UNDEFINED}"])


def _text(value: str | None) -> str:
    return UNDEFINED if value is None else value
