"""What erasing a person means for imports: uploaded files that name them go; the lines that were read from them stay."""

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from crm.models import ImportBatch, ImportRow
from crm.services.applying import imports_lock
from people.models import StoredFile
from people.personal import Erasing, eraser

State = ImportBatch.State


@eraser
def files_erase(erasing: Erasing) -> None:
    """Files in which the person stands, and every file whose lines are not kept yet. Raises: ValidationError."""
    imports_lock()
    if ImportBatch.objects.filter(state=State.RUNNING).exists():
        raise ValidationError(_("An import is running. Erase the person when it has ended."), code="import_running")
    unread = ImportBatch.objects.filter(state__in=[State.UPLOADED, State.CHECKED, State.FAILED], file__isnull=False)
    named = ImportBatch.objects.filter(pk__in=_batches_naming(erasing), file__isnull=False)
    files = [*unread.values_list("file", flat=True), *named.values_list("file", flat=True)]
    ImportBatch.objects.filter(file__in=files).update(file=None)
    StoredFile.objects.filter(pk__in=files).delete()


def _batches_naming(erasing: Erasing) -> list[int]:
    table = connection.ops.quote_name(ImportRow._meta.db_table)
    if not erasing.json_pattern:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT batch_id FROM {table} WHERE raw::text ~* %s", [erasing.json_pattern])
        return [batch_id for (batch_id,) in cursor.fetchall()]
