"""Ring the bell for a worker. What is due stands in tables, so a lost message costs seconds, never data."""

import logging
from typing import Any

from celery import Task, current_app
from django.db import transaction

from people.wall import tenant

logger = logging.getLogger(__name__)


def enqueue(name: str, *, organization_id: int, **arguments: Any) -> None:
    """Send a task by name once the transaction is committed; a broker that is down fails nothing."""

    def send() -> None:
        current_app.send_task(name, kwargs={"organization_id": organization_id, **arguments}, retry=False)

    transaction.on_commit(send, robust=True)


class TenantTask(Task):  # type: ignore[type-arg]
    """Base of every task that works for one organization: `organization_id` is required, the body runs behind the wall.

    A task that needs several transactions sets `opens_tenant = False` and calls `tenant()` itself.
    """

    abstract = True
    opens_tenant = True

    def __call__(self, *args: Any, organization_id: int, **kwargs: Any) -> Any:
        if not self.opens_tenant:
            return self.run(*args, organization_id=organization_id, **kwargs)
        with tenant(organization_id):
            return self.run(*args, organization_id=organization_id, **kwargs)
