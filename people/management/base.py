"""What every command of the product does alike: `--organization`, `--format json`, and its exit status."""

import json
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from kernel.row_id import row_id
from people.models import Organization, Person, Team
from people.wall import tenant


class AnsweringCommand(BaseCommand):
    """A command that answers with one value: as text, or as one JSON document and nothing else on standard output.

    Implement `work(**options)` and return plain data; implement `as_text(answer)` for people. Refused input
    (ValidationError, PermissionDenied, CommandError) ends with status 1, wrong usage with status 2.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text", help="what to print (default: text)")

    def work(self, *args: Any, **options: Any) -> Any:
        raise NotImplementedError

    def as_text(self, answer: Any) -> str:
        return "\n".join(f"{name}: {value}" for name, value in answer.items()) if answer else ""

    def handle(self, *args: Any, **options: Any) -> None:
        is_json = options["format"] == "json"
        answer = self.answer(**options)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) if is_json else self.as_text(answer))

    def answer(self, **options: Any) -> Any:
        try:
            return self.work(**options)
        except ValidationError as error:
            raise CommandError(refusal_text(error)) from error
        except PermissionDenied as error:
            raise CommandError(str(error) or "Not allowed.") from error


class TenantCommand(AnsweringCommand):
    """A command for one organization: `work(organization=…, **options)` runs behind its wall.

    A command that needs several transactions sets `opens_tenant = False` and calls `tenant()` itself.
    """

    opens_tenant = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organization", required=True, metavar="SLUG", help="short name of the organization")

    def answer(self, **options: Any) -> Any:
        organization = organization_of_slug(options.pop("organization"))
        with tenant(organization.pk) if self.opens_tenant else nullcontext():
            return super().answer(organization=organization, **options)


def organization_of_slug(slug: str) -> Organization:
    """The organization of a short name. Raises: CommandError, with the short names there are. Two queries at most."""
    organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise CommandError(f"There is no organization “{slug}”. There are: {known or 'none yet; organization_create'}.")
    return organization


def refusal_text(error: ValidationError) -> str:
    """A refusal in one line per message, with the name of the field it is about."""
    if hasattr(error, "error_dict"):
        return "\n".join(
            message if field == "__all__" else f"{field}: {message}"
            for field, messages in error.message_dict.items()
            for message in messages
        )
    return "\n".join(error.messages)


def person_of(text: str) -> Person:
    """Whom `--person` names: an e-mail address, `id:…`, or a name that one person has. Raises: CommandError."""
    if text.startswith("id:"):
        found = Person.objects.filter(pk=row_id(text[3:]) or 0)
    elif "@" in text:
        found = Person.objects.filter(Q(email__iexact=text) | Q(user__email__iexact=text))
    else:
        found = Person.objects.filter(name__iexact=" ".join(text.split()))
    persons = list(found[:3])
    if len(persons) == 1:
        return persons[0]
    if persons:
        numbers = ", ".join(f"id:{person.pk}" for person in found)
        raise CommandError(f"Several people are meant by “{text}”: {numbers}.")
    raise CommandError(f"There is nobody “{text}” in this organization. Give an e-mail address, a name or id:NUMBER.")


def team_of(text: str) -> Team:
    """Which team a name means, whatever its case. Raises: CommandError, with the teams there are."""
    team = Team.objects.filter(name__iexact=" ".join(text.split())).first()
    if team is None:
        known = ", ".join(Team.objects.order_by("name").values_list("name", flat=True)[:20])
        raise CommandError(f"There is no team “{text}”. There are: {known or 'none yet'}.")
    return team
