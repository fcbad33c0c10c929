from crm.models.account import Account, AccountKey
from crm.models.activity import BY_HAND, Activity, ActivityType
from crm.models.batch import ImportBatch, ImportChange, ImportIssue, ImportMapping, ImportRow
from crm.models.credit import Credit, FormerCredit
from crm.models.custom import CustomField, CustomValue
from crm.models.deal_role import DealRole
from crm.models.detail import DetailChange
from crm.models.handover import HandOver, HandOverDefault, HandOverRule
from crm.models.health import HealthDismissal
from crm.models.lead import Lead
from crm.models.opportunity import NO_DUE_DAY, DealType, Opportunity, OpportunityChange
from crm.models.pipeline import Outcome, Pipeline, Stage
from crm.models.product import Product, ProductKey
from crm.models.quota import Measure, Quota
from crm.models.rate import ExchangeRate
from crm.models.seat_quota import Proration, SeatQuota
from crm.models.territory import NamedAccount, Territory, TerritoryAssignment, WaitingAssignment
from crm.models.transaction import Transaction, TransactionType

__all__ = [
    "BY_HAND",
    "NO_DUE_DAY",
    "Account",
    "AccountKey",
    "Activity",
    "ActivityType",
    "Credit",
    "CustomField",
    "CustomValue",
    "DealRole",
    "DealType",
    "DetailChange",
    "ExchangeRate",
    "FormerCredit",
    "HandOver",
    "HandOverDefault",
    "HandOverRule",
    "HealthDismissal",
    "ImportBatch",
    "ImportChange",
    "ImportIssue",
    "ImportMapping",
    "ImportRow",
    "Lead",
    "Measure",
    "NamedAccount",
    "Opportunity",
    "OpportunityChange",
    "Outcome",
    "Pipeline",
    "Product",
    "ProductKey",
    "Proration",
    "Quota",
    "SeatQuota",
    "Stage",
    "Territory",
    "TerritoryAssignment",
    "Transaction",
    "TransactionType",
    "WaitingAssignment",
]
