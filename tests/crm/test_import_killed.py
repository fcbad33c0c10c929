"""Workers that die, workers that meet: afterwards everything is there, once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from crm.models import ImportBatch, ImportRow, Opportunity, OpportunityChange
from crm.services.imports import import_run, import_upload
from people.jobs import job_work_here, jobs_work
from people.models import Job, StoredFile
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.crm.files import DEALS, text_of
from tests.spm.processes import wait_for

ROWS = [[f"D{n}", f"Rep {n % 7}", "", "", "Won", "2026-01-05", "2026-02-01", str(n)] for n in range(1_000)]
CONTENT = text_of(DEALS, ROWS).encode()

WORKER = """
import os, sys, time
import django
django.setup()
from django.db import connection
from spm import schema
connection.settings_dict["NAME"] = sys.argv[1]
schema.act_as(schema.APP_ROLE, connection)
from crm.services import applying, imports
from people.jobs import jobs_work

where, marker = sys.argv[3], sys.argv[4]

def stop(*args, **kwargs):
    open(marker, "w").close()
    time.sleep(60)

if where == "staging":
    applying.mapping_decide = stop
elif where == "writing":
    keep = applying.rows_keep
    applying.rows_keep = stop
jobs_work(int(sys.argv[2]))
"""


def start(cast: Cast) -> tuple[ImportBatch, Job]:
    with tenant(cast.organization.pk):
        batch = import_upload(
            stream=[CONTENT], file_name="deals.csv", source="files", created_by=None, at=NOW, kind="opportunity"
        )
        job = import_run(batch=batch, at=NOW, actor=None)
    return batch, job


def lease_over(cast: Cast, job: Job) -> None:
    with tenant(cast.organization.pk):
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def check(cast: Cast, deals: int = len(ROWS), batches: int = 1) -> None:
    with tenant(cast.organization.pk):
        assert Opportunity.objects.count() == OpportunityChange.objects.count() == deals
        assert ImportRow.objects.count() == deals * batches
        assert set(ImportBatch.objects.values_list("state", flat=True)) == {"applied"}
        assert set(Job.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize("where", ["staging", "writing"])
def test_a_worker_killed_in_mid_import_leaves_nothing_half_done(
    committed_cast: Cast, tmp_path: Path, where: str
) -> None:
    _batch, job = start(committed_cast)
    marker = tmp_path / "reached"
    arguments = [connection.settings_dict["NAME"], str(committed_cast.organization.pk), where, str(marker)]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    )
    try:
        wait_for(marker.exists, "the worker to be in the middle", 60)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with tenant(committed_cast.organization.pk):
        assert Opportunity.objects.count() == 0
        assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    lease_over(committed_cast, job)
    assert jobs_work(committed_cast.organization.pk) == 1
    check(committed_cast)


def test_a_job_that_somebody_has_is_not_taken_up(committed_cast: Cast) -> None:
    _batch, job = start(committed_cast)
    with tenant(committed_cast.organization.pk):
        later = timezone.now() + timedelta(minutes=1)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, lease_until=later)
    assert jobs_work(committed_cast.organization.pk) == 0


def test_a_second_worker_finds_the_batch_applied_and_leaves_it(committed_cast: Cast) -> None:
    _batch, job = start(committed_cast)
    job_work_here(committed_cast.organization.pk, job.pk)
    with tenant(committed_cast.organization.pk):
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs_work(committed_cast.organization.pk) == 1
    check(committed_cast)


def test_two_imports_of_one_file_at_once_double_nothing(committed_cast: Cast) -> None:
    jobs = [start(committed_cast)[1], start(committed_cast)[1]]

    def work(job: Job) -> None:
        try:
            job_work_here(committed_cast.organization.pk, job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(committed_cast, batches=2)
    with tenant(committed_cast.organization.pk):
        counts = sorted(ImportBatch.objects.values_list("created", "unchanged"))
    assert counts == [(0, len(ROWS)), (len(ROWS), 0)]


def test_a_double_click_runs_a_batch_once(committed_cast: Cast) -> None:
    batch, job = start(committed_cast)
    with tenant(committed_cast.organization.pk):
        assert import_run(batch=batch, at=NOW, actor=None).pk == job.pk
        assert Job.objects.count() == 1


def test_one_upload_sent_twice_at_the_same_moment_is_one(committed_cast: Cast) -> None:
    addresses: list[str] = []
    together = threading.Barrier(2)

    def send() -> None:
        client = committed_cast.client("ada")
        file = SimpleUploadedFile("deals.csv", CONTENT)
        together.wait()
        try:
            answer = client.post("/imports/new/", {"file": file, "source": "files", "key": "one form"})
            addresses.append(answer["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(addresses) == 2 and len(set(addresses)) == 1
    with tenant(committed_cast.organization.pk):
        assert ImportBatch.objects.count() == StoredFile.objects.count() == 1
