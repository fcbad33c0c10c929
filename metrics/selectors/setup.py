"""What an organization has so far: the facts that tick off the steps of its first day."""

from dataclasses import dataclass

from django.db import connection

SETUP = """
    SELECT EXISTS (SELECT 1 FROM crm_opportunity WHERE NOT is_deleted),
           EXISTS (SELECT 1 FROM people_seatholding),
           EXISTS (SELECT 1 FROM people_person WHERE user_id IS NOT NULL OFFSET 1),
           EXISTS (SELECT 1 FROM crm_stage WHERE outcome = 'open' AND probability IS NOT NULL)
"""


@dataclass(frozen=True)
class Setup:
    """Whether there are deals, people in teams, a second sign-in, and probabilities of open stages."""

    has_deals: bool
    has_seats: bool
    has_others: bool
    has_probabilities: bool


def setup_state() -> Setup:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(SETUP)
        return Setup(*cursor.fetchone())
