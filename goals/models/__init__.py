from goals.models.approval import ApprovalChain, ApprovalKind, QuotaDecision, QuotaRequest
from goals.models.bulk import BulkRevision, BulkRevisionLine
from goals.models.follow_up import ChangeRequest, CheckIn, HelpOffer, Revision, RevisionNotice
from goals.models.goal import Alignment, Goal, Milestone
from goals.models.letter import LetterAcknowledgement, LetterTerms, QuotaLetter
from goals.models.measured import Measured
from goals.models.objective import Objective, ObjectiveRead
from goals.models.plan import PlanCell, PlanLine, PlannedHire, PlanStep, PlanVersion, QuotaPlan
from goals.models.template import GoalTemplate

__all__ = [
    "Alignment",
    "ApprovalChain",
    "ApprovalKind",
    "BulkRevision",
    "BulkRevisionLine",
    "ChangeRequest",
    "CheckIn",
    "Goal",
    "GoalTemplate",
    "HelpOffer",
    "LetterAcknowledgement",
    "LetterTerms",
    "Measured",
    "Milestone",
    "Objective",
    "ObjectiveRead",
    "PlanCell",
    "PlanLine",
    "PlanStep",
    "PlanVersion",
    "PlannedHire",
    "QuotaDecision",
    "QuotaLetter",
    "QuotaPlan",
    "QuotaRequest",
    "Revision",
    "RevisionNotice",
]
