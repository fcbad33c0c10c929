"""Which task follows which. Lower apps announce by name; here stands who listens, and what beat repeats."""

from typing import Any

from celery import current_app, shared_task

# announced -> tasks that follow, each called with organization_id
FOLLOWERS: dict[str, list[str]] = {
    "pipeline.facts_changed": ["metrics.recompute"],
    "pipeline.structure_changed": [],
}

# The queue is only a bell; these look every few seconds for what is due in the tables.
BEAT: dict[str, dict[str, Any]] = {
    "recompute what is due": {"task": "metrics.recompute_due", "schedule": 5.0, "options": {"expires": 5}},
    "hand over what is due": {"task": "people.moves_due", "schedule": 60.0, "options": {"expires": 60}},
    "take up waiting jobs": {"task": "people.jobs_due", "schedule": 5.0, "options": {"expires": 5}},
    "mail what is due": {"task": "people.notifications_due", "schedule": 15.0, "options": {"expires": 15}},
    "remind of check-ins": {"task": "goals.check_ins_remind", "schedule": 900.0, "options": {"expires": 600}},
    "remind of quota letters": {"task": "goals.letters_due", "schedule": 3600.0, "options": {"expires": 600}},
    "remove files whose time is over": {
        "task": "people.records_expire",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}


def _announce(name: str, organization_id: int) -> None:
    for follower in FOLLOWERS[name]:
        current_app.send_task(follower, kwargs={"organization_id": organization_id}, retry=False)


@shared_task(name="pipeline.facts_changed")
def facts_changed(organization_id: int) -> None:
    _announce("pipeline.facts_changed", organization_id)


@shared_task(name="pipeline.structure_changed")
def structure_changed(organization_id: int) -> None:
    _announce("pipeline.structure_changed", organization_id)
