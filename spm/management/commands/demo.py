"""Make the demo organization, or say that it is there; print its sign-ins either way."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from people.models import Organization
from spm.demo.load import demo_create
from spm.demo.sign_ins import sign_ins_create, sign_ins_list

LIMITS = {"reps": (1, 20_000), "deals": (100, 20_000_000), "months": (3, 120)}


class Command(BaseCommand):
    help = "Make a demo organization that ends today, with a sign-in for every role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", default="demo", help="its short name (default: demo)")
        parser.add_argument("--reps", type=int, default=40, help="reps at work (default: 40)")
        parser.add_argument("--deals", type=int, default=10_000, help="deals, open ones included (default: 10000)")
        parser.add_argument("--months", type=int, default=24, help="months of history (default: 24)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed and day give the same company")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="what to print (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_wrong_usage(options)
        answer = self._answer(options)
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["format"] == "json" else as_text(answer))

    def _refuse_wrong_usage(self, options: dict[str, Any]) -> None:
        for name, (least, most) in LIMITS.items():
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} goes from {least} to {most}, not {options[name]}.", returncode=2)
        if options["seed"] < 0:
            raise CommandError("--seed is a whole number from 0 on.", returncode=2)
        if not validate_slug.regex.search(options["slug"]):
            raise CommandError("--slug takes letters, digits, - and _ only.", returncode=2)

    def _answer(self, options: dict[str, Any]) -> dict[str, Any]:
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is not None and not organization.is_demo:
            raise CommandError(f"“{organization.slug}” is a real organization; choose another --slug for the demo.")
        is_new = organization is None
        if organization is None:
            with transaction.atomic():
                organization = demo_create(
                    slug=options["slug"],
                    reps=options["reps"],
                    deals=options["deals"],
                    months=options["months"],
                    seed=options["seed"],
                    at=timezone.now(),
                )
                sign_ins = sign_ins_create(organization, is_public=settings.HTTPS)
        else:
            sign_ins = sign_ins_list(organization)
        return {
            "organization": organization.slug,
            "created": is_new,
            "sign_ins": sign_ins,
            "url_path": reverse(settings.LOGIN_URL),
        }


def as_text(answer: dict[str, Any]) -> str:
    first = "is ready" if answer["created"] else "is there already; nothing was replaced"
    lines = [f"The demo organization “{answer['organization']}” {first}. Sign in at {answer['url_path']} as:"]
    for row in answer["sign_ins"]:
        password = row["password"] or "(as it was printed when the demo was made, or as changed since)"
        lines.append(f"  {row['role']:<14} {row['name']:<18} {row['email']:<28} {password}")
    return "\n".join(lines)
