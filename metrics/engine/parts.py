"""The additive parts of every metric, the family of facts each is read from, and the day it is dated by.

A *family* is a kind of fact with a reader of its own (`metrics.selectors.sums`). A new metric over facts that are not
read yet adds a family here: its parts, by the day that places them in a period.
"""

from enum import StrEnum


class Part(StrEnum):
    """The additive parts, as the columns of the rollups are called."""

    WON_COUNT = "won_count"
    WON_AMOUNT = "won_amount"  # by the shares of those who are credited
    WON_AMOUNT_COUNT = "won_amount_count"
    OWNED_AMOUNT = "owned_amount"  # whole amounts, at the owner
    OVERLAY_AMOUNT = "overlay_amount"  # shares beside the whole, outside team totals
    LOST_COUNT = "lost_count"
    LOST_AMOUNT = "lost_amount"
    LOST_AMOUNT_COUNT = "lost_amount_count"
    CYCLE_DAYS = "cycle_days"
    CYCLE_COUNT = "cycle_count"
    CREATED_COUNT = "created_count"
    CREATED_AMOUNT = "created_amount"
    CREATED_AMOUNT_COUNT = "created_amount_count"
    OPEN_COUNT = "open_count"
    OPEN_AMOUNT = "open_amount"
    OPEN_AMOUNT_COUNT = "open_amount_count"
    WEIGHTED_AMOUNT = "weighted_amount"
    WEIGHTED_COUNT = "weighted_count"
    LEAD_COUNT = "lead_count"
    LEAD_CONVERTED_COUNT = "lead_converted_count"  # of the leads created that day, whenever they became customers
    LEAD_30_COUNT = "lead_30_count"  # of them within 30 days
    LEAD_60_COUNT = "lead_60_count"
    LEAD_90_COUNT = "lead_90_count"
    LEAD_YOUNG_30_COUNT = "lead_young_30_count"  # leads created less than 30 days ago: not all was seen of them yet
    LEAD_YOUNG_60_COUNT = "lead_young_60_count"
    LEAD_YOUNG_90_COUNT = "lead_young_90_count"
    CUSTOMER_COUNT = "customer_count"  # leads that became customers that day
    ACTIVITY_COUNT = "activity_count"
    TOUCH_COUNT = "touch_count"  # activities on deals, up to the day they were won, by that day
    TOUCHED_COUNT = "touched_count"  # won deals
    STEPLESS_COUNT = "stepless_count"  # open deals without a next step
    IDLE_DAYS = "idle_days"  # days since the last activity on open deals, or since they began where there was none
    IDLE_COUNT = "idle_count"  # open deals of which that is known
    STALE_COUNT = "stale_count"  # of them those idle for STALE_DAYS or more
    ATTAINED_AMOUNT = "attained_amount"  # credits of people on days on which they have a quota
    ATTAINED_COUNT = "attained_count"
    QUOTA_AMOUNT = "quota_amount"  # of people, by calendar days
    QUOTA_DUE_AMOUNT = "quota_due_amount"  # what of it should be reached by now
    QUOTA_COUNT = "quota_count"
    QUOTA_AMOUNT_COUNT = "quota_amount_count"  # quotas whose worth in the organization's currency is known
    TEAM_ATTAINED_AMOUNT = "team_attained_amount"  # credits of everybody in a team while the team has a quota
    TEAM_ATTAINED_COUNT = "team_attained_count"
    TEAM_QUOTA_AMOUNT = "team_quota_amount"
    TEAM_QUOTA_COUNT = "team_quota_count"
    TEAM_QUOTA_AMOUNT_COUNT = "team_quota_amount_count"


STALE_DAYS = 30  # without an activity from which an open deal is stale


class Basis(StrEnum):
    """Which day of a fact places it in a period."""

    CLOSED = "closed"
    CREATED = "created"
    DUE = "due"
    LEAD_CREATED = "lead_created"
    CONVERTED = "converted"
    OCCURRED = "occurred"
    CREDITED = "credited"
    STEPPED = "stepped"


class Family(StrEnum):
    """Which facts parts are added up from."""

    DEALS = "deals"
    LEADS = "leads"
    ACTIVITIES = "activities"
    TOUCHES = "touches"
    UPKEEP = "upkeep"
    QUOTAS = "quotas"


FAMILIES: dict[Family, dict[Basis, tuple[Part, ...]]] = {
    Family.DEALS: {
        Basis.CLOSED: (
            Part.WON_COUNT,
            Part.WON_AMOUNT,
            Part.WON_AMOUNT_COUNT,
            Part.OWNED_AMOUNT,
            Part.OVERLAY_AMOUNT,
            Part.LOST_COUNT,
            Part.LOST_AMOUNT,
            Part.LOST_AMOUNT_COUNT,
            Part.CYCLE_DAYS,
            Part.CYCLE_COUNT,
        ),
        Basis.CREATED: (Part.CREATED_COUNT, Part.CREATED_AMOUNT, Part.CREATED_AMOUNT_COUNT),
        Basis.DUE: (
            Part.OPEN_COUNT,
            Part.OPEN_AMOUNT,
            Part.OPEN_AMOUNT_COUNT,
            Part.WEIGHTED_AMOUNT,
            Part.WEIGHTED_COUNT,
        ),
    },
    Family.LEADS: {
        Basis.LEAD_CREATED: (
            Part.LEAD_COUNT,
            Part.LEAD_CONVERTED_COUNT,
            Part.LEAD_30_COUNT,
            Part.LEAD_60_COUNT,
            Part.LEAD_90_COUNT,
            Part.LEAD_YOUNG_30_COUNT,
            Part.LEAD_YOUNG_60_COUNT,
            Part.LEAD_YOUNG_90_COUNT,
        ),
        Basis.CONVERTED: (Part.CUSTOMER_COUNT,),
    },
    Family.ACTIVITIES: {Basis.OCCURRED: (Part.ACTIVITY_COUNT,)},
    Family.TOUCHES: {Basis.CLOSED: (Part.TOUCH_COUNT, Part.TOUCHED_COUNT)},
    Family.UPKEEP: {Basis.DUE: (Part.STEPLESS_COUNT, Part.IDLE_DAYS, Part.IDLE_COUNT, Part.STALE_COUNT)},
    Family.QUOTAS: {
        Basis.CREDITED: (
            Part.ATTAINED_AMOUNT,
            Part.ATTAINED_COUNT,
            Part.QUOTA_AMOUNT,
            Part.QUOTA_DUE_AMOUNT,
            Part.QUOTA_COUNT,
            Part.QUOTA_AMOUNT_COUNT,
            Part.TEAM_ATTAINED_AMOUNT,
            Part.TEAM_ATTAINED_COUNT,
            Part.TEAM_QUOTA_AMOUNT,
            Part.TEAM_QUOTA_COUNT,
            Part.TEAM_QUOTA_AMOUNT_COUNT,
        ),
    },
}

BASIS_OF: dict[Part, Basis] = {
    part: basis for bases in FAMILIES.values() for basis, parts in bases.items() for part in parts
}
FAMILY_OF: dict[Part, Family] = {
    part: family for family, bases in FAMILIES.items() for parts in bases.values() for part in parts
}
