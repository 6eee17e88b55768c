"""DAGs with the same run ids, recorded by several at once: none melt, none are lost."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from linkhub.ingest.arrivals.recording import record_all
from linkhub.ingest.models import Arrival
from linkhub.ingest.openlineage.events import RunEvent
from linkhub.runs.models import Action, Run
from tests.factories import make_project
from tests.ingest.openlineage.events import dag_run, event, parent

RUNS, DAGS, RECORDERS = 12, 4, 4


def started(dag: str, run: str) -> str:
    airflow = dag_run(dag, run) | {"task": {"task_id": "load"}, "taskInstance": {"try_number": 1}}
    above = parent(dag, f"{dag} {run}")
    given = event("START", 1, f"{dag}.load", f"{dag} {run} load", airflow=airflow, **above)
    return RunEvent.model_validate(given).model_dump_json(exclude_defaults=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_names_are_given_to_one_dag_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkhub.ingest.arrivals.recording.CHUNK", 3)
    project = make_project("lab")
    wanted = [(f"dag{dag}", f"night{run}") for run in range(RUNS) for dag in range(DAGS)]
    Arrival.objects.bulk_create(
        Arrival(kind="openlineage", project=project, domain="default", body=started(*each))
        for each in wanted
    )
    begin = threading.Barrier(RECORDERS)

    def record() -> None:
        begin.wait(10)
        record_all(seconds=60)
        connection.close()

    threads = [threading.Thread(target=record) for _ in range(RECORDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Arrival.objects.filter(failures__gt=0).update(due_at="2026-01-01T00:00:00Z")
    record_all(seconds=60)
    assert not Arrival.objects.exists()
    assert sorted(Run.objects.values_list("name", "workflow__name")) == sorted(
        (f"{run}@{dag}", dag) for dag, run in wanted
    )
    assert Counter(Action.objects.values_list("run__name", flat=True)).most_common(1)[0][1] == 1
