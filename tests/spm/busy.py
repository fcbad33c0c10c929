"""Run by `test_servers_restart` in a process of its own: deals are written one after another, whatever happens meanwhile.

Prints the number of each step that is committed and, at the end, what the deals add up to. A step that a dying server
broke off is done again: that is what a person would do who sees that it was not saved.
"""

import time
from datetime import date, timedelta
from decimal import Decimal

from django.db import Error, close_old_connections, connection, transaction

from crm.models import Opportunity, Pipeline, Stage
from people.models import Organization, Person
from people.queue import enqueue
from people.wall import tenant

STEPS = 60
SLUG = "busy"


def main() -> None:
    organization = Organization.objects.create(slug=SLUG, name="Busy")
    with tenant(organization.pk):
        person = Person.objects.create(name="Alice Ames")
        pipeline = Pipeline.objects.create(name="Sales", is_default=True)
        won = Stage.objects.create(pipeline=pipeline, name="Won", name_key="won", position=1, outcome="won")
    total = Decimal()
    for step in range(STEPS):
        insist(lambda step=step: write(organization.pk, person.pk, won.pk, step))  # type: ignore[misc]
        total += Decimal(f"{step}.25")
        print(step, flush=True)
        time.sleep(0.1)
    print(f"total {total}", flush=True)


def write(organization_id: int, person_id: int, stage_id: int, step: int) -> None:
    amount = Decimal(f"{step}.25")
    with transaction.atomic(), tenant(organization_id):
        Opportunity.objects.update_or_create(
            source="busy",
            external_id=str(step),
            defaults={
                "owner_id": person_id,
                "stage_id": stage_id,
                "outcome": "won",
                "amount": amount,
                "converted_amount": amount,
                "currency": "USD",
                "closed_on": date(2026, 1, 1) + timedelta(days=step),
            },
        )
        enqueue("pipeline.facts_changed", organization_id=organization_id)


def insist(work: object) -> None:
    """Again until it is committed; a minute at most."""
    until = time.monotonic() + 60
    while True:
        try:
            work()  # type: ignore[operator]
        except Error:
            if time.monotonic() > until:
                raise
            connection.close()
            close_old_connections()
            time.sleep(0.2)
        else:
            return
