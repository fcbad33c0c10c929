from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone, translation

from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.personal import folded
from people.services.erasure import person_erase
from people.viewer import day_at


class Command(TenantCommand):
    help = "Erase a person who has left, for good: the name and addresses go, every figure stays. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="e-mail address, name or id:NUMBER")
        parser.add_argument("--name", required=True, help="the name of the person, written out, to be sure")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        person, at = person_of(options["person"]), timezone.now()
        if folded(options["name"]) != folded(person.name):
            raise CommandError("--name is not the name of this person. Nothing was erased.")
        if person.erased_at is not None:
            raise CommandError("This person was erased already.")
        if not person.has_left(day_at(organization, at)):
            raise CommandError("Only somebody who has left can be erased. Set the leaving day first.")
        with translation.override(organization.locale):
            rows = person_erase(person=person, actor=None, at=at)
        return {"person": person.pk, "rows": rows}
