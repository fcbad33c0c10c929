from people.models.absence import ActingManager, Delegation, Leave
from people.models.access import ErasedMark, Invitation, Look, PersonRecord
from people.models.api import ApiKey, ApiReplay
from people.models.audit import AuditEntry
from people.models.dated import BEGINNING, FOREVER, Dated
from people.models.file import StoredFile, StoredFileChunk
from people.models.holiday import Holiday
from people.models.job import Job
from people.models.moves import Move, MoveSheet
from people.models.notification import MailChoice, Notification, NotificationMail, NotificationPreference
from people.models.organization import Organization
from people.models.person import Person, PersonKey, gone_on
from people.models.seat import Grant, Seat, SeatHolding
from people.models.team import Team, TeamClosure, TeamPlacement
from people.models.user import User

__all__ = [
    "BEGINNING",
    "FOREVER",
    "ActingManager",
    "ApiKey",
    "ApiReplay",
    "AuditEntry",
    "Dated",
    "Delegation",
    "ErasedMark",
    "Grant",
    "Holiday",
    "Invitation",
    "Job",
    "Leave",
    "Look",
    "MailChoice",
    "Move",
    "MoveSheet",
    "Notification",
    "NotificationMail",
    "NotificationPreference",
    "Organization",
    "Person",
    "PersonKey",
    "PersonRecord",
    "Seat",
    "SeatHolding",
    "StoredFile",
    "StoredFileChunk",
    "Team",
    "TeamClosure",
    "TeamPlacement",
    "User",
    "gone_on",
]
