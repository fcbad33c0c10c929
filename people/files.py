"""Files in the database, written and read in chunks: behind the wall, inside every backup, constant memory."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from people.models import Person, StoredFile, StoredFileChunk
from people.wall import tenant

CHUNK = 1024 * 1024  # bytes


def file_store(
    *, name: str, content_type: str = "", stream: Iterable[bytes], created_by: Person | None, at: datetime
) -> StoredFile:
    """Keep the bytes of a stream, whatever its pieces. Behind the wall."""
    file = StoredFile.objects.create(
        name=name[:255], content_type=content_type[:100], created_by=created_by, created_at=at
    )
    digest = hashlib.sha256()
    for number, data in enumerate(_even(stream)):
        digest.update(data)
        file.size += len(data)
        StoredFileChunk.objects.create(file=file, number=number, data=data)
    file.sha256 = digest.hexdigest()
    file.save(update_fields=["size", "sha256"])
    return file


def file_chunks(file: StoredFile) -> Iterator[bytes]:
    """The bytes of a stored file; goes behind the wall for each chunk, one query each."""
    number = 0
    while True:
        with tenant(file.organization_id):
            data = StoredFileChunk.objects.filter(file_id=file.pk, number=number).values_list("data", flat=True).first()
        if data is None:
            return
        yield bytes(data)
        number += 1


def _even(stream: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in stream:
        held += piece
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)
