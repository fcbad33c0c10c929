from goals.models.approval import ApprovalChain, ApprovalKind, QuotaDecision, QuotaRequest
from goals.models.follow_up import ChangeRequest, CheckIn, HelpOffer, Revision, RevisionNotice
from goals.models.goal import Alignment, Goal, Milestone
from goals.models.letter import LetterAcknowledgement, LetterTerms, QuotaLetter
from goals.models.measured import Measured
from goals.models.objective import Objective, ObjectiveRead

__all__ = [
    "Alignment",
    "ApprovalChain",
    "ApprovalKind",
    "ChangeRequest",
    "CheckIn",
    "Goal",
    "HelpOffer",
    "LetterAcknowledgement",
    "LetterTerms",
    "Measured",
    "Milestone",
    "Objective",
    "ObjectiveRead",
    "QuotaDecision",
    "QuotaLetter",
    "QuotaRequest",
    "Revision",
    "RevisionNotice",
]
