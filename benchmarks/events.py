"""python -m benchmarks.events: OpenLineage events for a minute, beside an empty view that inserts.

The two take turns, a few seconds each, on the same server with a worker beside it, which records
and resolves as it does in production. At the end it waits until all of it is resolved.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.own_home import own_home

CONNECTIONS = 4
# A turn of one of the two; long enough for the worker's share to be in it.
TURN = 200
STEPS = 8
NAMESPACE = "bench-events"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long events are sent")
    parser.add_argument("--patience", type=float, default=60.0, help="how long it may lag")
    options = parser.parse_args(arguments)
    with own_home() as home:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        found = _measure(home, options.seconds, options.patience)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _measure(home: Any, seconds: float, patience: float) -> dict[str, Any]:
    from benchmarks.client import request, send
    from benchmarks.processes import running
    from benchmarks.web import options_of, serving
    from linkhub.embedded.serving import parts
    from linkhub.runs.models import Run

    events = _events()
    ours, theirs, sent = 0.0, 0.0, 0
    workers = [
        part for part in parts.background(options_of(home)) if part.name in ("Worker", "Beat")
    ]
    with serving(home) as web, running(home, workers[0]), running(home, workers[1]):
        insert = request("POST", "/bench/api/insert", web.token, next(events))
        send(web.port, [insert] * 20, connections=CONNECTIONS, status=200)
        while ours < seconds:
            batch = [
                request("POST", "/api/v1/lineage", web.token, each)
                for each in itertools.islice(events, TURN)
            ]
            theirs += send(web.port, [insert] * TURN, connections=CONNECTIONS, status=200)
            ours += send(web.port, batch, connections=CONNECTIONS, status=200)
            sent += TURN
        began = time.perf_counter()
        while (left := _waiting()) and time.perf_counter() - began < patience:
            time.sleep(0.2)
        lag = time.perf_counter() - began
    return {
        "events": sent,
        "events_per_second": round(sent / ours, 1),
        "inserts_per_second": round(sent / theirs, 1),
        "ratio": round(theirs / ours, 3),
        "bar": "at least 0.5",
        "seconds_until_resolved": round(lag, 1),
        "left": left,
        "runs": Run.objects.filter(project__name=NAMESPACE).count(),
    }


def _waiting() -> int:
    """Arrivals that are not recorded, and units that are not resolved."""
    from linkhub.ingest.models import Arrival
    from linkhub.runs.models import Pending

    return Arrival.objects.filter(due_at__isnull=False).count() + Pending.objects.count()


def _events() -> Iterator[bytes]:
    """Airflow's: runs of `STEPS` tasks, a start and an end of each."""
    for number in itertools.count():
        run = {"run_id": f"manual__{number}", "dag_id": f"dag{number % 20}"}
        for step, kind in itertools.product(range(STEPS), ("START", "COMPLETE")):
            yield json.dumps(_event(run, step, kind)).encode()


def _event(run: dict[str, str], step: int, kind: str) -> dict[str, Any]:
    dag, task = run["dag_id"], f"step{step}"
    own, above = (
        str(uuid.uuid5(uuid.NAMESPACE_OID, f"{run['run_id']} {each}")) for each in (step, "")
    )
    log = f"https://airflow.example.com/dags/{dag}/runs/{run['run_id']}/tasks/{task}?try_number=1"
    airflow = {
        "dag": {"dag_id": dag, "fileloc": "/dags/bench.py", "owner": "ana"},
        "dagRun": run | {"conf": {"wandb_id": "abc"}, "run_type": "manual"},
        "task": {"task_id": task, "operator_class": "PythonOperator", "retries": 1},
        "taskInstance": {"try_number": 1, "log_url": log, "pool": "default_pool"},
    }
    parent = {"run": {"runId": above}, "job": {"namespace": NAMESPACE, "name": dag}}
    return {
        "eventType": kind,
        "eventTime": datetime.now(UTC).isoformat(),
        "producer": "https://github.com/apache/airflow",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": own, "facets": {"airflow": airflow, "parent": parent}},
        "job": {"namespace": NAMESPACE, "name": f"{dag}.{task}", "facets": {}},
        "inputs": [],
        "outputs": [],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
