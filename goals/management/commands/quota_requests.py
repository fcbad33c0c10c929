from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from goals.models import QuotaRequest
from goals.services.quota_requests import quota_request_decide
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.viewer import day_at, viewer_of_person


class Command(TenantCommand):
    help = "Changes of quotas that are asked for: list them; approve or refuse the step that waits, as a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", choices=["list", "approve", "refuse"])
        parser.add_argument("--request", type=int, help="approve, refuse: its number")
        parser.add_argument("--person", help="approve, refuse: who decides; e-mail address, name or id:NUMBER")
        parser.add_argument("--reason", default="", help="approve, refuse: why")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if options["what"] == "list":
            rows = QuotaRequest.objects.select_related("person", "asked_by").order_by("closed_at", "-pk")
            return {"requests": [_row(each) for each in rows[:1_000]]}
        if not options["person"] or options["request"] is None:
            raise CommandError("Say which with --request and who decides with --person.", returncode=2)
        found = QuotaRequest.objects.filter(pk=options["request"]).first()
        if found is None:
            raise CommandError(f"There is no request {options['request']}.")
        now = timezone.now()
        viewer = viewer_of_person(person_of(options["person"]), organization=organization, on=day_at(organization, now))
        is_approved = options["what"] == "approve"
        done = quota_request_decide(
            viewer=viewer, request=found, step=found.step, is_approved=is_approved, reason=options["reason"], at=now
        )
        return {"request": done.pk, "state": done.state, "step": done.step}

    def as_text(self, answer: Any) -> str:
        if "requests" not in answer:
            return super().as_text(answer)
        lines = [
            f"{each['id']:>6} {each['state']:<10} {each['amount']:>18} {each['person']}" for each in answer["requests"]
        ]
        return "\n".join(lines) or "no requests"


def _row(request: QuotaRequest) -> dict[str, Any]:
    return {
        "id": request.pk,
        "person": request.person.name,
        "former_amount": str(request.former_amount),
        "amount": str(request.amount),
        "state": request.state,
        "step": request.step,
        "steps": [kind for kind, _team in request.steps],
        "asked_by": request.asked_by.name,
        "reason": request.reason,
    }
