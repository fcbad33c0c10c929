from people.models.access import ErasedMark, Invitation, Look, PersonRecord
from people.models.audit import AuditEntry
from people.models.dated import BEGINNING, FOREVER, Dated
from people.models.file import StoredFile, StoredFileChunk
from people.models.job import Job
from people.models.organization import Organization
from people.models.person import Person, PersonKey
from people.models.seat import Grant, Seat, SeatHolding
from people.models.team import Team, TeamClosure, TeamPlacement
from people.models.user import User

__all__ = [
    "BEGINNING",
    "FOREVER",
    "AuditEntry",
    "Dated",
    "ErasedMark",
    "Grant",
    "Invitation",
    "Job",
    "Look",
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
]
