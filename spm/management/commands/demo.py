"""Make the demo organization, or say that it is there; print its sign-ins either way."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_slug
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from metrics.services import rollups_recompute
from people.management.base import AnsweringCommand
from people.models import Organization
from people.statistics import statistics_gather
from spm.demo.batches import batches_create
from spm.demo.letters import letters_make
from spm.demo.load import demo_create, today_of
from spm.demo.plans import plan_make
from spm.demo.sign_ins import SignInRow, sign_ins_create, sign_ins_list

LIMITS = {"reps": (1, 20_000), "deals": (100, 20_000_000), "months": (3, 120), "seed": (0, 2**31)}


class Command(AnsweringCommand):
    help = "Make a demo organization that ends today, with a sign-in for every role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--slug", default="demo", help="its short name (default: demo)")
        parser.add_argument("--reps", type=int, default=40, help="reps at work (default: 40)")
        parser.add_argument("--deals", type=int, default=10_000, help="deals, open ones included (default: 10000)")
        parser.add_argument("--months", type=int, default=24, help="months of history (default: 24)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed and day give the same company")

    def work(self, **options: Any) -> dict[str, Any]:
        refuse_wrong_usage(options)
        organization = Organization.objects.filter(slug=options["slug"].lower()).first()
        if organization is None:
            organization, sign_ins = create(options)
            return answer(organization, sign_ins, is_new=True)
        if not organization.is_demo:
            raise CommandError(f"“{organization.slug}” is a real organization; choose another --slug for the demo.")
        return answer(organization, sign_ins_list(organization), is_new=False)

    def as_text(self, answer: dict[str, Any]) -> str:
        state = "is ready" if answer["created"] else "is there already; nothing was replaced"
        lines = [f"The demo organization “{answer['organization']}” {state}. Sign in at {answer['url_path']} as:"]
        for row in answer["sign_ins"]:
            password = row["password"] or "(the one printed when the demo was made, or chosen since)"
            lines.append(f"  {row['role']:<14} {row['name']:<18} {row['email']:<28} {password}")
        return "\n".join(lines)


def refuse_wrong_usage(options: dict[str, Any]) -> None:
    for name, (least, most) in LIMITS.items():
        if not least <= options[name] <= most:
            raise CommandError(f"--{name} goes from {least} to {most}, not {options[name]}.", returncode=2)
    try:
        validate_slug(options["slug"])
    except ValidationError as error:
        raise CommandError("--slug takes letters, digits, hyphens and underscores only.", returncode=2) from error


def create(options: dict[str, Any]) -> tuple[Organization, list[SignInRow]]:
    """Everything at once, or nothing; the figures follow from marks that a worker would find too."""
    at = timezone.now()
    numbers = {name: options[name] for name in LIMITS}
    with transaction.atomic():
        organization = demo_create(slug=options["slug"].lower(), at=at, **numbers)
        sign_ins = sign_ins_create(organization, is_public=settings.HTTPS)
    batches_create(organization, at=at)
    rollups_recompute(organization_id=organization.pk, is_full=True, waits=True)
    statistics_gather()
    plan_make(organization, at=at, on=today_of(organization, at))
    letters_make(organization, at=at, on=today_of(organization, at))
    rollups_recompute(organization_id=organization.pk, waits=True)
    return organization, sign_ins


def answer(organization: Organization, sign_ins: list[SignInRow], *, is_new: bool) -> dict[str, Any]:
    return {
        "organization": organization.slug,
        "created": is_new,
        "sign_ins": sign_ins,
        "url_path": reverse(settings.LOGIN_URL),
    }
