"""What happens to an upload while a worker still reads it: thrown away, mapped anew, started at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from crm.models import ImportBatch, Opportunity
from crm.services import imports
from crm.services.imports import import_discard, import_map, import_run, import_upload
from people.jobs import job_work_here, jobs_work
from people.models import Job, Organization
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.crm.files import DEALS, ROWS, text_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def uploaded() -> ImportBatch:
    content = text_of(DEALS, ROWS).encode()
    return import_upload(stream=[content], file_name="deals.csv", source="crm", created_by=None, at=NOW)


def mapped(batch: ImportBatch, **mapping: Any) -> Job:
    flags = {"is_all_or_nothing": False, "is_snapshot": False}
    return import_map(batch=batch, kind="opportunity", source="crm", mapping=mapping, at=NOW, actor=None, **flags)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """When the first preview is made, before it is kept."""
    original, acts = imports.preview, [act]

    def preview(*args: Any) -> None:
        original(*args)
        while acts:
            acts.pop()()

    monkeypatch.setattr(imports, "preview", preview)


def test_an_import_started_before_its_preview_is_there_runs(org: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = uploaded()
    mapped(batch)
    meanwhile(monkeypatch, lambda: import_run(batch=batch, at=NOW, actor=None))
    assert jobs_work(org.pk) == 2
    assert ImportBatch.objects.get().state == "applied"
    assert Opportunity.objects.count() == len(ROWS)


def test_the_preview_is_that_of_the_columns_chosen_last(org: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = uploaded()
    mapped(batch)
    meanwhile(monkeypatch, lambda: mapped(batch, constants={"stage": "Won"}, columns={"stage": ""}))
    assert jobs_work(org.pk) == 2
    assert ImportBatch.objects.get().state == "checked"
    assert ImportBatch.objects.get().mapping["constants"] == {"stage": "Won"}


def test_an_upload_thrown_away_while_it_is_read_is_gone(org: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = uploaded()
    mapped(batch)
    meanwhile(monkeypatch, lambda: import_discard(batch=batch, at=NOW, actor=None))
    assert jobs_work(org.pk) == 1
    assert not ImportBatch.objects.exists()
    assert Job.objects.get().state == "done"


def test_a_worker_that_comes_after_an_upload_was_thrown_away_leaves_it(org: Organization) -> None:
    batch = uploaded()
    mapped(batch)
    import_discard(batch=batch, at=NOW, actor=None)
    assert jobs_work(org.pk) == 1
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("failed", 1)


def test_without_columns_nothing_is_started_and_the_columns_are_asked_for(cast: Cast, sign_in: SignIn) -> None:
    batch = uploaded()
    answer = sign_in("ada").post(f"/imports/{batch.pk}/run/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/imports/{batch.pk}/columns/"
    assert [str(message) for message in answer.context["messages"]] == ["Say first what the columns of this file hold."]
    assert not Job.objects.exists()


def test_undo_pressed_twice_takes_back_once(cast: Cast, sign_in: SignIn) -> None:
    batch = uploaded()
    mapped(batch)
    jobs_work(cast.organization.pk)
    client = sign_in("ada")
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    for _press in range(2):
        client.post(f"/imports/{batch.pk}/undo/")
    jobs_work(cast.organization.pk)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    answer = client.post(f"/imports/{batch.pk}/undo/", follow=True)
    assert "Only an import that was applied" in answer.content.decode()
    with tenant(cast.organization.pk):
        assert (ImportBatch.objects.get().state, Opportunity.objects.count()) == ("undone", 0)


@pytest.mark.parametrize("page", ["columns", "preview"])
def test_back_to_an_earlier_step_of_a_finished_import_shows_the_import(cast: Cast, sign_in: SignIn, page: str) -> None:
    batch = uploaded()
    mapped(batch)
    import_run(batch=batch, at=NOW, actor=None)
    jobs_work(cast.organization.pk)
    client = sign_in("ada")
    assert client.get(f"/imports/{batch.pk}/{page}/")["Location"] == f"/imports/{batch.pk}/"
    assert client.post(f"/imports/{batch.pk}/columns/", {"kind": "opportunity"})["Location"] == f"/imports/{batch.pk}/"
    assert ImportBatch.objects.get().state == "applied"


def test_an_import_that_the_program_failed_at_can_be_tried_again(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = uploaded()
    mapped(batch)
    jobs_work(cast.organization.pk)
    job = import_run(batch=batch, at=NOW, actor=None)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(imports, "apply", lambda *args: 1 / 0)
        job_work_here(cast.organization.pk, job.pk)
    client = sign_in("ada")
    page = client.get(f"/imports/{batch.pk}/")
    assert [action.label for action in page.context["actions"]] == ["Try again"]
    assert "The program failed" in page.content.decode()
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert ImportBatch.objects.get().state == "applied"


def test_an_import_of_an_upload_that_is_gone_says_so(org: Organization) -> None:
    batch = uploaded()
    import_discard(batch=ImportBatch.objects.get(pk=batch.pk), at=NOW, actor=None)
    with pytest.raises(ValidationError, match="thrown away"):
        import_run(batch=batch, at=NOW, actor=None)
