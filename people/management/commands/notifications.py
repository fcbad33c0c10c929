from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.notifications import href_of, words_of
from people.selectors.notification import notification_rows, unread_count
from people.services.notification import notifications_read
from people.services.notification_mail import mails_work
from people.viewer import Viewer, day_at, viewer_of_person
from people.wall import tenant


class Command(TenantCommand):
    help = "What a person was told: list it, mark it as read; or send the e-mails that are due."
    opens_tenant = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "what", choices=["list", "read", "send"], help="send: the e-mails of everybody that are due"
        )
        parser.add_argument("--person", help="e-mail address, name or id:NUMBER; for list and read")
        parser.add_argument("--unread", action="store_true", help="list: only what is unread")
        parser.add_argument("--limit", type=int, default=100, help="list: how many, the latest first (default: 100)")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if options["what"] == "send":
            return {"sent": mails_work(organization.pk, at=timezone.now())}
        if not options["person"]:
            raise CommandError("Say whose with --person.", returncode=2)
        with tenant(organization.pk):
            person = person_of(options["person"])
            viewer = viewer_of_person(person, organization=organization, on=day_at(organization, timezone.now()))
            if options["what"] == "read":
                return {"marked": notifications_read(viewer=viewer, at=timezone.now())}
            return _listed(viewer, is_unread=options["unread"], limit=max(options["limit"], 1))

    def as_text(self, answer: Any) -> str:
        if "notifications" not in answer:
            return super().as_text(answer)
        lines = [
            f"{'•' if each['read_at'] is None else ' '} {each['created_at']:%Y-%m-%d %H:%M} {each['title'] or '–'}"
            for each in answer["notifications"]
        ]
        return "\n".join([*lines, f"unread: {answer['unread']}"])


def _listed(viewer: Viewer, *, is_unread: bool, limit: int) -> dict[str, Any]:
    rows = list(notification_rows(viewer, is_unread=is_unread)[:limit])
    found = [
        {
            "id": row.pk,
            "kind": row.kind,
            "title": words and words.title,
            "detail": words.detail if words else "",
            "href": href_of(row) if words else "",
            "created_at": row.created_at,
            "read_at": row.read_at,
        }
        for row, words in zip(rows, words_of(viewer, rows), strict=True)
    ]
    return {"unread": unread_count(viewer), "notifications": found}
