"""What the addresses of quota letters need: one for Alice, and a job that issues some."""

from typing import Any

from goals.services.letters.issuing import KIND
from people.models import Job
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.letters.build import issue, make_quota


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        make_quota(cast.alice)
        letter = issue(cast.alice)
        job = Job.objects.create(kind=KIND, created_by=cast.dana, created_at=NOW, state=Job.State.DONE)
        return {"alices_letter": letter.pk, "alices_digest": letter.digest, "danas_letters": job.pk}
