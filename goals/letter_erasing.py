"""What erasing a person means for quota letters: the documents, which bear the name, go; what they said stays, by key."""

from goals.models import QuotaLetter
from people.models import StoredFile
from people.personal import Erasing, eraser


@eraser
def letters_erase(erasing: Erasing) -> None:
    """The amounts, the digest and the acknowledgement stay."""
    letters = QuotaLetter.objects.filter(person=erasing.person, document__isnull=False)
    files = list(letters.values_list("document", flat=True))
    letters.update(document=None)
    StoredFile.objects.filter(pk__in=files).delete()
