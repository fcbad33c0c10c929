"""What imports keep about a person besides the facts themselves: the lines of files in which they stand."""

from django.db.models import Q

from crm.models import ImportRow
from people.models import Person
from people.records import RecordTable, record_source

COLUMNS = ["batch_id", "number", "raw", "result", "reason"]


@record_source("crm/lines_of_files")
def lines_of_files(person: Person) -> RecordTable:
    """Lines with the person's name, an address or a key in a cell of its own."""
    texts = {person.name, person.email, person.user.email if person.user else ""}
    texts |= {key for key in person.keys.values_list("external_id", flat=True) if not key.isdigit()}
    named = Q(pk__in=[])
    for text in sorted(filter(None, texts)):
        named |= Q(raw__contains=[text])
    rows = ImportRow.objects.filter(named).order_by("batch_id", "number").values_list(*COLUMNS)
    return RecordTable("crm/lines_of_files", COLUMNS, rows.iterator(chunk_size=2_000))
