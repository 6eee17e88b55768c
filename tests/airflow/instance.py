"""A real Airflow in an environment and folder of its own, which sends its events to LinkHub."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ingest.flyte2.web import eventually

DAGS = Path(__file__).parent / "dags"
PARTS = (("api-server",), ("scheduler",), ("dag-processor",))
NAMESPACE = "airflow-lab"


@dataclass(frozen=True)
class Airflow:
    program: Path
    home: Path
    environment: dict[str, str]

    @property
    def may_pass(self) -> Path:
        """The task `report` fails as long as this file is not there."""
        return Path(self.environment["CHECK_MAY_PASS"])

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.program, *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@contextmanager
def airflow(venv: Path, home: Path, linkhub: str, token: str) -> Iterator[Airflow]:
    """Runs until the block ends; its logs are in `home`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    found = Airflow(venv / "bin" / "airflow", home, _environment(venv, home, linkhub, token, port))
    found.run("db", "migrate")
    with (home / "processes.log").open("wb") as log:
        processes = [
            subprocess.Popen(
                [found.program, *part], env=found.environment, cwd=home, stdout=log, stderr=log
            )
            for part in PARTS
        ]
        try:
            url = f"http://127.0.0.1:{port}/api/v2/monitor/health"
            eventually(lambda: _answers(url), 300)
            yield found
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(60)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _environment(venv: Path, home: Path, linkhub: str, token: str, port: str) -> dict[str, str]:
    transport = {
        "type": "http",
        "url": linkhub,
        "auth": {"type": "api_key", "apiKey": token},
        "compression": "gzip",
    }
    return {
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": NAMESPACE,
        "CHECK_MAY_PASS": str(home / "may-pass"),
    }
