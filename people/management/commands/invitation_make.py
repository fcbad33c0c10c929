from argparse import ArgumentParser
from typing import Any

from django.urls import reverse
from django.utils import timezone

from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.services.invitation import invitation_make, invitation_token


class Command(TenantCommand):
    help = "Invite a person, and print the link with which they choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="e-mail address, name or id:NUMBER")
        parser.add_argument("--email", default="", help="to sign in with (default: the person's own)")
        parser.add_argument("--base", default="", metavar="URL", help="of this server, such as https://sales.example")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        person = person_of(options["person"])
        email = options["email"] or person.email
        invitation = invitation_make(viewer=None, person=person, email=email, at=timezone.now())
        path = reverse("people:welcome", args=[invitation_token(invitation)])
        return {
            "person": person.name,
            "email": invitation.email,
            "link": f"{options['base'].rstrip('/')}{path}",
            "expires_at": invitation.expires_at.isoformat(),
        }
