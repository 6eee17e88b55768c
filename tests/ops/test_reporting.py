"""What processes tell of themselves, threads and real workers included."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from linkhub.lib.meters import DOCUMENTS, Series, held
from linkhub.runs.pending import Unit, mark
from linkhub.seeing import workers
from linkhub.seeing.models import Process, Total
from linkhub.seeing.reporting import Reporter, Role, report, web_role
from tests import factories as make
from tests.workers import listening, wait_until_done, worker


def test_tasks_are_counted_by_what_became_of_them() -> None:
    task = SimpleNamespace(name="linkhub.links.tally_links")
    for task_id, fails in (("t1", False), ("t2", True)):
        workers._begin(task_id=task_id)
        if fails:
            workers._failed(task_id=task_id)
        workers._end(task_id=task_id, task=task)
    found = held.take()

    assert found[Series("linkhub_tasks", (task.name, "done"))] == 1
    assert found[Series("linkhub_tasks", (task.name, "failed"))] == 1
    assert not workers._began
    assert not workers._outcomes


def test_a_file_is_touched_where_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers.touch()
    monkeypatch.setenv("LINKHUB_ALIVE_FILE", str(tmp_path / "alive"))
    workers.touch()

    assert (tmp_path / "alive").exists()


@pytest.mark.django_db
def test_a_process_says_once_that_it_lives() -> None:
    role = Role(Process.Kind.WORKER, "resolve@a", ["resolve"])
    report(role)
    first = Process.objects.get()
    report(role)
    again = Process.objects.get()

    assert (again.name, again.queues) == ("resolve@a", ["resolve"])
    assert again.started_at == first.started_at


@pytest.mark.django_db
def test_a_child_of_a_worker_counts_and_is_no_process() -> None:
    DOCUMENTS.add(2)
    report(Role(None))

    assert Total.objects.get(metric=DOCUMENTS.name).value == 2
    assert not Process.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_tells_at_once_and_takes_its_word_back_at_its_end() -> None:
    reporter = Reporter()
    DOCUMENTS.add(1)
    reporter.begin(web_role())
    thread = reporter._thread
    reporter.begin(web_role())
    assert reporter._thread is thread
    reporter.end()
    assert thread is not None
    thread.join(10)

    assert Total.objects.get(metric=DOCUMENTS.name).value == 1
    assert not Process.objects.exists()


def test_a_child_begins_its_own_thread() -> None:
    reporter = Reporter()
    reporter._role = web_role()
    if (child := os.fork()) == 0:
        os._exit(0 if reporter._thread is None and reporter._role == Role(None) else 1)

    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_workers_children_counted_is_read_from_the_web(redis_url: str) -> None:
    run = make.make_run()
    with listening() as listener, worker("resolve"):
        mark([Unit(run.project_id, run.pk)])
        wait_until_done(listener)
    text = Client().get("/metrics").content.decode()
    # The run's own level; and its new project's, where the sweeper came by.
    assert re.search(r'linkhub_units_resolved_total\{lane="main"\} [12]\.0', text)
    assert 'outcome="done",task="linkhub.links.resolve_pending"' in text
    assert not Process.objects.filter(kind=Process.Kind.WORKER).exists()
