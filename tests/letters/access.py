"""What the addresses of quota letters need: one for Alice, and a job that issues some."""

from decimal import Decimal
from typing import Any

from goals.models import QuotaRequest
from goals.services.letters.issuing import KIND
from goals.services.quota_requests import quota_request_ask
from people.models import Job
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.letters.build import issue, make_quota


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        quota = make_quota(cast.alice)
        letter = issue(cast.alice)
        job = Job.objects.create(kind=KIND, created_by=cast.dana, created_at=NOW, state=Job.State.DONE)
        asked = quota_request_ask(
            viewer=cast.viewer("bob"), quota=quota, amount=Decimal(330000), reason="New region", at=NOW
        )
        QuotaRequest.objects.filter(pk=asked.pk).update(steps=[["operations", None]])
        return {
            "alices_quota_request": asked.pk,
            "alices_letter": letter.pk,
            "alices_digest": letter.digest,
            "danas_letters": job.pk,
        }
