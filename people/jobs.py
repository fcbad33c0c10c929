"""Long work that survives whoever works on it.

What is due stands in the table `Job`; the queue only rings. A worker takes a job by a lease, renews it from a thread of
its own while it works, and says how far it is in short transactions that everybody sees. A worker that dies lets the
lease run out, and any other takes the job up from the beginning: a job's last step is therefore one transaction that
does nothing when it was done before.

    @job_kind("crm.import_run")
    def import_run_work(run: JobRun) -> dict:
        run.progress(step="reading", done=10, total=100)
        return {"batch": 12}

The function runs outside of any transaction (it calls `tenant(run.organization_id)` itself), returns plain data for
`Job.result`, and raises `JobRefused` with a sentence for people when the work cannot be done.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from people.models import Job, Person
from people.queue import enqueue
from people.wall import tenant

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # of a job that fails by an error of the program
MOST_TAKES = 100  # of a job whose worker dies each time

JobFunction = Callable[["JobRun"], dict[str, Any]]
KINDS: dict[str, JobFunction] = {}


class JobRefused(Exception):
    """The work cannot be done, and trying again would not help; the message is for people."""


class LeaseLost(Exception):
    """Somebody else has taken the job up; what is not committed is given up."""


@dataclass
class JobRun:
    """One attempt at a job, as its function sees it. `attempt` tells two attempts apart."""

    organization_id: int
    job_id: int
    attempt: int
    arguments: dict[str, Any]

    def progress(self, *, step: str | None = None, done: int | None = None, total: int | None = None) -> None:
        """Say how far the work is, and keep the lease. Raises: LeaseLost."""
        fields: dict[str, Any] = {"lease_until": lease_end()}
        fields |= {} if step is None else {"step": step[:200]}
        fields |= {} if done is None else {"done": done}
        fields |= {} if total is None else {"total": total}
        with tenant(self.organization_id):
            if not self._mine().update(**fields):
                raise LeaseLost

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job_id, attempts=self.attempt, state=Job.State.RUNNING)

    def finish(self, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        with tenant(self.organization_id):
            self._mine().update(
                state=state, result=result or {}, error=error, lease_until=None, finished_at=timezone.now()
            )

    def retry(self, error: str) -> None:
        """Put the job back for later: one minute more after every attempt."""
        later = timezone.now() + timedelta(minutes=self.attempt)
        with tenant(self.organization_id):
            self._mine().update(state=Job.State.WAITING, error=error, lease_until=later)


def job_kind(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register the function that does jobs of a kind."""

    def register(function: JobFunction) -> JobFunction:
        KINDS[name] = function
        return function

    return register


def job_start(*, kind: str, arguments: dict[str, Any], created_by: Person | None, at: datetime) -> Job:
    """Note down work for a worker and ring the bell on commit. Behind the wall."""
    job = Job.objects.create(kind=kind, arguments=arguments, created_by=created_by, created_at=at)
    job.refresh_from_db(fields=["organization"])
    enqueue("people.jobs_work", organization_id=job.organization_id)
    return job


def jobs_are_due(organization_id: int, *, at: datetime) -> bool:
    """Whether an organization has work that nobody does. Two statements besides the query."""
    with tenant(organization_id):
        return Job.objects.filter(_due(at)).exists()


def jobs_work(organization_id: int) -> int:
    """Do what is due in an organization, one job after the other; how many were done."""
    count = 0
    while (run := _take(organization_id)) is not None:
        _work(run)
        count += 1
    return count


def job_work_here(organization_id: int, job_id: int) -> Job:
    """Do one job here, or wait for whoever has it; the job as it ended. An error of the program is raised."""
    wait = threading.Event()
    while True:
        run = _take(organization_id, job_id)
        if run is not None:
            _work(run, is_here=True)
        with tenant(organization_id):
            job = Job.objects.get(pk=job_id)
        if job.state not in {Job.State.WAITING, Job.State.RUNNING}:
            return job
        wait.wait(0.2)


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=lease_seconds())


def lease_seconds() -> int:
    return int(getattr(settings, "JOB_LEASE_SECONDS", 30))


def _due(at: datetime) -> Q:
    nobody = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    return Q(state__in=[Job.State.WAITING, Job.State.RUNNING]) & nobody


def _take(organization_id: int, job_id: int | None = None) -> JobRun | None:
    """The oldest job that nobody has, taken; two workers never take the same one."""
    with tenant(organization_id), transaction.atomic():
        jobs = Job.objects.filter(_due(timezone.now())).order_by("pk")
        if job_id is not None:
            jobs = jobs.filter(pk=job_id)
        job = jobs.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        taken = {"state": Job.State.RUNNING, "attempts": F("attempts") + 1, "lease_until": lease_end()}
        Job.objects.filter(pk=job.pk).update(**taken)
        return JobRun(organization_id, job.pk, job.attempts + 1, job.arguments)


def _work(run: JobRun, *, is_here: bool = False) -> None:
    """Do one job and note how it ended; `is_here`: somebody waits for it, so an error is theirs."""
    with tenant(run.organization_id):
        asked = Job.objects.values_list("kind", "created_by__user__locale", "organization__locale")
        kind, own, common = asked.get(pk=run.job_id)
    with translation.override(translation.get_language() if is_here else own or common):
        _work_in_words(run, kind, is_here=is_here)


def _work_in_words(run: JobRun, kind: str, *, is_here: bool) -> None:
    """The sentences that a job leaves are in the language of whoever asked for it; commands speak their own."""
    function = KINDS.get(kind)
    try:
        if function is None:
            raise JobRefused(_("This version of the program cannot do “%(kind)s”.") % {"kind": kind})
        if run.attempt > MOST_TAKES:
            raise JobRefused(_("The work was broken off too often. Start it again."))
        with _heartbeat(run):
            result = function(run)
        run.finish(Job.State.DONE, result=result)
    except LeaseLost:
        logger.warning("Job %s was taken up by somebody else", run.job_id)
    except JobRefused as error:
        run.finish(Job.State.FAILED, error=str(error))
    except Exception as error:
        logger.exception("Job %s (%s) failed", run.job_id, kind)
        if is_here or run.attempt >= MOST_ATTEMPTS:
            run.finish(Job.State.FAILED, error=_("The program failed. The administrators of this server have the log."))
            if is_here:
                raise
        else:
            run.retry(str(error)[:500])


@contextmanager
def _heartbeat(run: JobRun) -> Iterator[None]:
    """Renew the lease from a second connection, so that one long statement does not lose it."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(lease_seconds() / 3):
                run.progress()
        except Exception as error:
            logger.warning("The lease of job %s is not renewed: %s", run.job_id, error or type(error).__name__)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"job-{run.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
