from goals.models.follow_up import ChangeRequest, CheckIn, HelpOffer, Revision, RevisionNotice
from goals.models.goal import Alignment, Goal, Milestone
from goals.models.measured import Measured
from goals.models.objective import Objective, ObjectiveRead
from goals.models.plan import PlanCell, PlanLine, PlannedHire, PlanStep, PlanVersion, QuotaPlan

__all__ = [
    "Alignment",
    "ChangeRequest",
    "CheckIn",
    "Goal",
    "HelpOffer",
    "Measured",
    "Milestone",
    "Objective",
    "ObjectiveRead",
    "PlanCell",
    "PlanLine",
    "PlanStep",
    "PlanVersion",
    "PlannedHire",
    "QuotaPlan",
    "Revision",
    "RevisionNotice",
]
