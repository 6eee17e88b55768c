"""What an archive says is what was recorded, and recording it again says the same."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import Project
from linkhub.runs.keeping.deleting import delete_runs
from linkhub.runs.keeping.documents import Documents
from linkhub.runs.keeping.restoring import restore
from linkhub.runs.models import AttachedLink, Pending, Run, Task
from tests.api.conftest import Api
from tests.factories import make_token
from tests.runs.keeping.archived import lines, record

pytestmark = pytest.mark.django_db


def forget_everything() -> None:
    delete_runs(list(Run.objects.values_list("pk", flat=True)))
    Task.objects.all().delete()


def test_it_comes_back_as_it_was():
    record()
    before = lines()
    forget_everything()
    assert not Run.objects.exists()
    found = restore(before)
    assert (found.runs, found.links, found.tasks) == (1, 2, 1)
    assert lines() == before
    assert Pending.objects.filter(run__name="r7").count() == 3


def test_it_may_come_twice():
    record()
    before = lines()
    Pending.objects.all().delete()
    restore(before * 2)
    assert lines() == before
    assert not Pending.objects.exists()
    assert AttachedLink.objects.count() == 3


def test_a_stale_line_takes_nothing_back():
    run = record()
    before = lines()
    later = {"project": "vision", "domain": run.domain, "run": "r7", "phase": "aborted"}
    restore([json.dumps({**later, "updated_at": "2026-03-01T00:00:00Z"}).encode()])
    after = lines()
    restore(before)
    assert lines() == after


def test_it_says_all_that_the_batch_takes():
    record()
    before = lines()
    forget_everything()
    answer = Api(make_token()[1]).post("/api/v1/runs:batch", [json.loads(one) for one in before])
    statuses = [one["status"] for one in answer.json()["results"]]
    assert statuses == [422, 201, 422, 422]
    assert lines() == [line for line in before if b'"workflow"' in line]


def test_a_project_that_has_gone_comes_back_closed():
    record()
    before = lines()
    forget_everything()
    Project.objects.all().delete()
    assert restore(before).made == ["vision"]
    assert Project.objects.get().visibility == Project.Visibility.PRIVATE


def test_it_asks_the_same_of_many_runs_as_of_one():
    def queries() -> int:
        runs = list(Run.objects.select_related("project", "workflow"))
        with CaptureQueriesContext(
            connection,
        ) as context:
            Documents(runs)
        return len(context)

    record("r1")
    one = queries()
    record("r2")
    assert queries() == one
