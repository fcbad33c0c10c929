from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from people.management.base import AnsweringCommand
from people.services.organization import organization_create


def _weakness(password: str) -> str:
    try:
        if password:
            validate_password(password)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


class Command(AnsweringCommand):
    help = "Create an empty organization with one administrator, and print the sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--slug", required=True, help="short name: lower-case letters, digits and hyphens")
        parser.add_argument("--name", required=True, help="the name people know")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="e-mail address of the administrator")
        parser.add_argument("--password", default="", help="of the administrator (default: one is made up and printed)")
        parser.add_argument("--currency", default="USD", help="ISO 4217 code (default: USD)")
        parser.add_argument("--fiscal-year-start", type=int, default=1, metavar="MONTH", help="1 to 12 (default: 1)")
        parser.add_argument("--time-zone", default="UTC", help="IANA name, such as Europe/Berlin (default: UTC)")

    def work(self, **options: Any) -> dict[str, Any]:
        weak = _weakness(options["password"])
        if weak:
            self.stderr.write(f"Warning: the password is weak: {weak}")
        created = organization_create(
            slug=options["slug"],
            name=options["name"],
            admin_email=options["admin"],
            password=options["password"],
            currency=options["currency"].upper(),
            fiscal_year_start=options["fiscal_year_start"],
            time_zone=options["time_zone"],
            at=timezone.now(),
        )
        return {
            "organization": created.organization.slug,
            "name": created.organization.name,
            "sign_in_page": "/accounts/login/",
            "sign_ins": [
                {"role": "administrator", "login": created.administrator.email, "password": created.password},
            ],
        }

    def as_text(self, answer: Any) -> str:
        [sign_in] = answer["sign_ins"]
        return (
            f"Organization “{answer['name']}” ({answer['organization']}) is ready.\n"
            f"Sign in at {answer['sign_in_page']} as {sign_in['login']} with the password {sign_in['password']}"
        )
