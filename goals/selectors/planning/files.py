"""Files that were uploaded for a version."""

from django.http import Http404

from goals.models import PlanVersion
from people.files import file_chunks
from people.models import StoredFile
from people.viewer import Viewer

KIND = "plan"


def content_type_of(version: PlanVersion) -> str:
    """Which files belong to a version."""
    return f"{KIND}/{version.pk}"


def access_plan_file(viewer: Viewer, version: PlanVersion, file_id: int) -> tuple[str, bytes]:
    """Name and bytes of a file that the viewer has uploaded for the version. Raises: Http404. A query per megabyte."""
    file = StoredFile.objects.filter(
        pk=file_id, content_type=content_type_of(version), created_by=viewer.person
    ).first()
    if file is None:
        raise Http404
    return file.name, b"".join(file_chunks(file))
