"""The dials of the demo: who plays which part, what is sold, how the regions fare. docs/demo.md tells it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kernel.period import add_months

COMPANY = "Corvane Systems"  # invented; sells monitoring of machines: sensors, gateways, a platform
SOURCE = "Corvane CRM"
CURRENCY = "USD"


@dataclass(frozen=True)
class Region:
    name: str
    level: float  # deals per person today, 1 = the company's mean
    growth: float  # per year, continuous; 0.4 is e^0.4 = +49 %


REGIONS = (Region("Americas", 0.85, -0.18), Region("Europe", 1.50, 0.42), Region("Asia Pacific", 0.70, -0.20))
CARRIER = "Europe"  # the region that carries the company

# Teams in the order in which they are opened, each with its region; the first one is Maya's.
TEAMS = (
    ("US East", "Americas"),
    ("UK & Ireland", "Europe"),
    ("Central Europe", "Europe"),
    ("Australia & New Zealand", "Asia Pacific"),
    ("US West", "Americas"),
    ("Nordics", "Europe"),
    ("South Asia", "Asia Pacific"),
    ("Latin America", "Americas"),
)
MANAGER_TEAM, MANAGER_DEPUTY_TEAM = "US East", "US West"  # whose manager will be away, and whose stands in
AWAY_TEAM, DEPUTY_TEAM = "UK & Ireland", "Central Europe"  # likewise, today
ACTING_TEAM = "Nordics"  # a rep leads it while its manager is away
FIRST_TEAM = 7  # reps in Maya's team, so that comparing them says something


@dataclass(frozen=True)
class Product:
    name: str
    family: str
    list_price: int
    share: float  # of deals
    cycle_days: int


PRODUCTS = (
    Product("Pulse One", "Sensors", 1_200, 0.18, 24),
    Product("Pulse Pro", "Sensors", 2_900, 0.18, 32),
    Product("Pulse Max", "Sensors", 6_400, 0.08, 44),
    Product("Relay Edge", "Gateways", 3_600, 0.14, 38),
    Product("Relay Hub", "Gateways", 7_800, 0.08, 50),
    Product("Atlas Monitor", "Platform", 5_200, 0.12, 45),
    Product("Atlas Insight", "Platform", 9_600, 0.12, 58),
    Product("Atlas Enterprise", "Platform", 18_500, 0.04, 95),
    Product("Launch Pack", "Services", 2_400, 0.06, 20),
)
SLIPPING = "Atlas Insight"  # the product on which Maya's win rate slips
NEAR_DUPLICATE = "AtlasInsight"  # how somebody typed it
UNMATCHED_OWNER = "M. Castellanos-Ruiz"  # nobody of this name works here

SOURCES = (("Outbound", 0.30), ("Website", 0.24), ("Referral", 0.18), ("Partner", 0.16), ("Trade fair", 0.12))

LOSS_REASONS = ("Price", "No budget", "Competitor", "No decision", "Missing feature", "Timing")
NEXT_STEPS = (
    "Call the buyer",
    "Send the proposal",
    "Demo for the team",
    "Agree the terms",
    "Meet the sponsor",
    "Site visit",
)
CONTACTS = ("A. Lindqvist", "B. Moreau", "C. Okonkwo", "D. Petrov", "E. Tanaka", "F. Walsh", "G. Ibarra", "H. Novak")

# Name, outcome, probability; deals pass the open ones in this order.
STAGES = (
    ("Qualified", "open", "0.10"),
    ("Discovery", "open", "0.25"),
    ("Proposal", "open", "0.45"),
    ("Negotiation", "open", "0.70"),
    ("Won", "won", "1"),
    ("Lost", "lost", "0"),
)
NEGOTIATION, WON, LOST = 3, 4, 5


@dataclass(frozen=True)
class SignIn:
    """Somebody who can sign in: the role they show, and what stands before the @."""

    role: str
    name: str
    account: str
    title: str


REP = SignIn("rep", "Maya Okafor", "maya", "Account executive")
MANAGER = SignIn("manager", "Daniel Brandt", "daniel", "Sales manager, US East")
OFFICE = (
    SignIn("operations", "Priya Raman", "priya", "Sales operations lead"),
    SignIn("finance", "Tomás Herrera", "tomas", "Commission accountant"),
    SignIn("hr", "Ingrid Solheim", "ingrid", "HR partner"),
    SignIn("executive", "Helen Achterberg", "helen", "Chief executive"),
    SignIn("administrator", "Sam Whitlock", "sam", "CRM administrator"),
)
SIGN_INS = (REP, MANAGER, *OFFICE)


class Part:
    """What a rep plays. The numbers are places among the reps, so that a small demo simply has fewer parts."""

    MAYA = 0  # great quarter, slipping on one product
    DROPPED = 1  # bookings far below own baseline for two months
    SLOWED = 2  # sales cycle grew
    LEFT = 3  # left, deals handed over but for a few, the seat is vacant
    OVERDUE = 5  # open deals whose date has passed
    AWAY = 6  # on leave today
    STAR = 8
    STRUGGLER = 10
    MOVED = 12  # moved to another team in mid-year
    HIRED = (4, 15, 22)  # still ramping


@dataclass(frozen=True)
class Days:
    """The days on which the story turns, all counted back from today."""

    today: date
    starts_on: date  # the first day of facts
    maya_from: date  # Maya's great quarter
    dropped_from: date  # two whole months and the current one
    slowed_from: date
    left_on: date
    moved_on: date
    hired_on: tuple[date, ...]


def days_of(today: date, months: int) -> Days:
    """The days of the story for a company that ends today and goes back so many months."""
    this_month = today.replace(day=1)
    quarter = add_months(this_month, -((today.month - 1) % 3))
    return Days(
        today=today,
        starts_on=add_months(this_month, -months),
        maya_from=min(quarter, today - timedelta(days=90)),
        dropped_from=add_months(this_month, -2),
        slowed_from=add_months(this_month, -3),
        left_on=today - timedelta(days=45),
        moved_on=add_months(this_month, -5),
        hired_on=(today - timedelta(days=62), today - timedelta(days=118), today - timedelta(days=155)),
    )
