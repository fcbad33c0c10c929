"""What people are told about facts: an import of theirs that refused rows, or could not be applied."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import ImportBatch
from crm.policies import imports
from people import formats
from people.models import MailChoice, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.told import found_of
from people.viewer import Viewer


def refused_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "12 rows of deals.csv were refused"."""
    rows = found_of(imports.visible(viewer), notifications, "batch")
    return [_refused(rows.get(each.context.get("batch", 0))) for each in notifications]


def _refused(batch: ImportBatch | None) -> Words | None:
    if batch is None:
        return None
    if batch.state == ImportBatch.State.FAILED:
        return Words(_("%(file)s was not imported") % {"file": batch.file_name}, _("The page of the import says why."))
    words = ngettext("%(count)s row of %(file)s was refused", "%(count)s rows of %(file)s were refused", batch.refused)
    title = words % {"count": formats.number(batch.refused), "file": batch.file_name}
    return Words(title, _("Each is on the page of the import, with the reason, and can be downloaded."))


def import_ended(batch: ImportBatch, *, refused: int, is_failed: bool, at: datetime) -> None:
    """Tell who started an import, where something is left for them to do."""
    if refused or is_failed:
        notification_send(
            kind="crm.import_refused",
            persons=[batch.created_by_id],
            about=About("crm:import_detail", {"batch_id": batch.pk}),
            context={"batch": batch.pk},
            key=f"crm.import_refused:{batch.pk}",
            at=at,
        )


def register() -> None:
    """Called once, when the app is ready."""
    notification_kind(
        "crm.import_refused",
        label=gettext_lazy("An import of yours refused rows, or could not be applied"),
        words=refused_words,
        default=MailChoice.AT_ONCE,
        icon="import",
    )
