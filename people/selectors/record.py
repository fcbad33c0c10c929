"""Read the files that were made about people."""

from datetime import datetime
from typing import Any

from django.http import Http404

from people.models import Person, PersonRecord
from people.policies import persons
from people.viewer import Viewer


def record_list(person: Person) -> list[PersonRecord]:
    """Files about a person with their jobs, the latest first. One query."""
    found = PersonRecord.objects.filter(person=person).select_related("job", "file", "created_by")
    return list(found.order_by("-created_at", "-pk")[:20])


def access_record(viewer: Viewer, person_id: int, record_id: int, at: datetime) -> PersonRecord | None:
    """The file that can be handed out; None where its time is over. Raises: PermissionDenied, Http404. One query."""
    found: Any = PersonRecord.objects.select_related("person", "file").filter(pk=record_id, person=person_id).first()
    if found is None:
        raise Http404
    persons.require(viewer, "export", found.person)
    record: PersonRecord = found
    return record if record.file is not None and record.expires_at > at else None
