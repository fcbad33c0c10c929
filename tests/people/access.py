"""What the addresses of people need besides the cast."""

from typing import Any

from django.utils import timezone

from people.files import file_store
from people.models import Invitation, PersonRecord
from people.services.invitation import VALID, invitation_token
from tests.cast import Cast


def objects(cast: Cast) -> dict[str, Any]:
    at = timezone.now()
    invitation = Invitation.objects.create(
        person=cast.nils, email="nils@acme.example", created_by=cast.ada, created_at=at, expires_at=at + VALID
    )
    invitation.refresh_from_db()
    record = PersonRecord.objects.create(
        person=cast.alice,
        file=file_store(name="alice.zip", stream=[b"zip"], created_by=None, at=at),
        created_at=at,
        expires_at=at + VALID,
    )
    return {"alices_record": record.pk, "nils_invitation": invitation.pk, "nils_token": invitation_token(invitation)}
