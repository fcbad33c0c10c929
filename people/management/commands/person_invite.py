from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from django.utils.crypto import get_random_string

from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.services.person import person_invite


class Command(TenantCommand):
    help = "Give a person a sign-in, and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="e-mail address, name or id:NUMBER")
        parser.add_argument("--email", default="", help="to sign in with (default: the person's own)")
        parser.add_argument("--password", default="", help="(default: one is made up and printed)")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        person = person_of(options["person"])
        password = options["password"] or get_random_string(16)
        user = person_invite(
            viewer=None,
            organization=organization,
            person=person,
            at=timezone.now(),
            email=options["email"] or person.email,
            password=password,
        )
        return {"person": person.name, "login": user.email, "password": password, "sign_in_page": "/accounts/login/"}
