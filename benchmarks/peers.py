"""LinkHub beside Airflow for the same work in the same run, where Airflow is installed.

`make test-airflow` installs it. Airflow has fifty runs in all and LinkHub what the bench stored:
what is told is LinkHub's time divided by Airflow's.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import page_cases
from benchmarks.api_cases import LIMIT
from benchmarks.client import fetch, request, send
from benchmarks.measuring import Ratio
from benchmarks.own_home import ROOT, OwnHome
from benchmarks.subjects import Subjects, subjects
from benchmarks.web import HOST, Web, serving

FOLDER = Path(__file__).parent / "airflow_home"
DAG, TASK, RUNS, LINKS = "fifty_runs", "step", 50, 6
STARTED_WITHIN, PAUSE = 300.0, 1.0
JSON = "Content-Type: application/json\r\n"
# Requests of a round at least, so that one slow answer is not all; and before the first round.
FEWEST, WARM_UP = 10, 16
DAGS = f"/api/v2/dags/{DAG}/dagRuns"


@dataclass(frozen=True)
class Airflow:
    port: int
    headers: str

    def get(self, path: str) -> bytes:
        return request("GET", path, self.headers)


def measure(*, home: OwnHome, venv: Path, size: int, actions: int, rounds: int) -> Iterator[Ratio]:
    with airflow(home, venv) as peer, subjects(size, actions) as about, serving(home) as web:
        for name, baseline, ours, theirs in _work(web, about, peer):
            times = max(1, FEWEST // len(theirs))
            ratio = Ratio(name, baseline, "answers", area="peers", count=times, runs=size, bar=1.0)
            for port, requests in ((web.port, ours), (peer.port, theirs)):
                # Over several connections: every process of the server is to have seen it.
                send(port, (requests * WARM_UP)[:WARM_UP], connections=8, status=200)
            for _ in range(rounds):
                ratio.ours.append(_asked(web.port, ours * times))
                ratio.theirs.append(_asked(peer.port, theirs * times))
            yield ratio


def _work(
    web: Web, about: Subjects, peer: Airflow
) -> Iterator[tuple[str, str, list[bytes], list[bytes]]]:
    """Our work, theirs, and the requests for both."""
    each = [peer.get(f"{DAGS}/run-{at}/taskInstances/{TASK}/links") for at in range(RUNS)]
    every = peer.get(f"{DAGS}?limit={LIMIT}")
    links = request("GET", f"/api/v1{about.six.api}/actions/a0/links", web.token)
    runs = request("GET", f"/api/v1/runs?limit={LIMIT}", web.token)
    table = page_cases.of_instance(web).ours(1)
    yield "6 links of an action", "Airflow: 6 links of a task instance", [links], each[:1]
    yield "a list of 50 runs", "Airflow: a list of 50 runs", [runs], [every]
    yield "the page of 50 runs by 6 tools", "Airflow: 50 runs by 6 links", table, [every, *each]


def _asked(port: int, requests: Sequence[bytes]) -> float:
    return send(port, requests, connections=1, status=200)


@contextmanager
def airflow(home: OwnHome, venv: Path) -> Iterator[Airflow]:
    """Airflow's API server with fifty runs that nobody executes, on a database of its own."""
    port = _free_port()
    environment = _environment(home, venv)
    program = str((venv / "bin" / "airflow").absolute())
    log = (home.path / "logs" / "airflow.log").open("ab")
    for command in (("db", "migrate"), ("dags", "reserialize")):
        subprocess.run([program, *command], env=environment, stdout=log, stderr=log, check=True)
    serve = [program, "api-server", "--host", HOST, "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(serve, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _until(lambda: _answers(port))
        peer = Airflow(port, _headers(port))
        _fill(peer)
        yield peer
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _fill(peer: Airflow) -> None:
    """Unpause, so that runs may be made, and make them. Raises RuntimeError where links lack."""
    path, headers = f"/api/v2/dags/{DAG}", peer.headers + JSON
    fetch(peer.port, request("PATCH", path, headers, b'{"is_paused": false}'), status=200)
    for at in range(RUNS):
        body = json.dumps({"dag_run_id": f"run-{at}", "logical_date": None}).encode()
        fetch(peer.port, request("POST", DAGS, headers, body), status=200)
    links = fetch(peer.port, peer.get(f"{DAGS}/run-0/taskInstances/{TASK}/links"), status=200)
    if links.count(b"https://tool-") != LINKS:
        raise RuntimeError(f"Airflow has other links than expected: {links!r}")


def _environment(home: OwnHome, venv: Path) -> dict[str, str]:
    folder = home.path / "airflow"
    folder.mkdir()
    return home.environment() | {
        "PATH": f"{venv.absolute() / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(FOLDER / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(FOLDER / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _headers(port: int) -> str:
    answer = fetch(port, request("GET", "/auth/token", ""), status=201)
    token = json.loads(answer.split(b"\r\n\r\n", 1)[1])["access_token"]
    return f"Authorization: Bearer {token}\r\n"


def _answers(port: int) -> bool:
    try:
        fetch(port, request("GET", "/api/v2/version", ""), status=200)
    except OSError:
        return False
    return True


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError("Airflow did not start in time")
        time.sleep(PAUSE)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
