"""Records of an import that were changed since, in words; for its page, the API and the command alike."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import Lead, Opportunity, Quota
from crm.models.territory import NamedAccount, TerritoryAssignment
from crm.naming import quota_words
from crm.selectors.later import LaterChange, LaterRecord
from people import formats
from people.models import Person, Seat, Team
from people.words import action_words, subject_words

PAGES: dict[type[models.Model], str] = {
    Opportunity: "crm:deal_detail",
    Lead: "crm:lead_detail",
    Quota: "crm:quota_detail",
    Person: "people:person_detail",
    Team: "people:team_detail",
}


def record_name(record: LaterRecord) -> str:
    """What somebody calls it."""
    row = record.row
    if row is None:
        return _("%(what)s %(id)d, taken away since") % {"what": subject_words(record.model_name), "id": record.id}
    if isinstance(row, Quota):
        return quota_words(row)
    if isinstance(row, Seat):
        return _("Seat in %(team)s") % {"team": row.team}
    if isinstance(row, NamedAccount | TerritoryAssignment):
        what = row.account if isinstance(row, NamedAccount) else row.territory
        return f"{what}, {formats.day(row.starts_on)}"
    return str(row)


def record_href(record: LaterRecord) -> str:
    """Where it can be seen."""
    page = PAGES.get(type(record.row)) if record.row is not None else None
    return reverse(page, args=[record.id]) if page else ""


def change_words(change: LaterChange) -> str:
    """What was done, by whom and when, as one line."""
    who = change.actor.name if change.actor else ""
    if change.batch is not None:
        what = _("import %(number)d (%(file)s)") % {"number": change.batch.pk, "file": change.batch.file_name}
    else:
        what = action_words(change.action) if change.action else _("Changed")
    return " · ".join(filter(None, [what, who, formats.moment(change.at) if change.at else ""]))


def record_plain(record: LaterRecord) -> dict[str, Any]:
    """For programs."""
    return {
        "kind": record.model_name,
        "id": record.id,
        "name": record_name(record),
        "is_gone": record.row is None,
        "changes": [
            {
                "at": change.at,
                "by": change.actor.name if change.actor else None,
                "what": change.action or ("import" if change.batch else "change"),
                "import_id": change.batch.pk if change.batch else None,
            }
            for change in record.changes
        ],
    }
