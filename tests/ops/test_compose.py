"""docker-compose.yml and the image: what they say, and what their commands do for real."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.conf import settings

from linkhub.embedded.serving import parts
from linkhub.embedded.serving.options import read_options
from linkhub.seeing.condition import QUEUES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
IMAGE = (ROOT / "Dockerfile").read_text()
LINKHUBS = {name: each for name, each in SERVICES.items() if each["image"] == "linkhub"}
LASTING = [name for name in LINKHUBS if name != "migrate"]
RETENTIONS_QUEUE = settings.CELERY_BEAT_SCHEDULE["retire-runs"]["options"]["queue"]
GIVEN = {"POSTGRES_PASSWORD": "pw", "REDIS_PASSWORD": "rw", "SECRET_KEY": "s" * 50}


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """As compose does it: `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `$$`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match[1] not in given and match[2] == "?":
            raise ValueError(f"{match[1]} {match[3]}")
        return given.get(match[1], match[3] or "")

    return re.sub(r"\$\$|\$\{(\w+)(?::?([-?])([^}]*))?\}", value, text)


# What it says ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_secret_stops_it_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is not set"):
        interpolated(TEXT, {each: "x" for each in GIVEN if each != name})


def test_it_runs_the_queues_that_serve_runs() -> None:
    background = parts.background(read_options(Path("/srv"), {}))
    of_serve = [part.command for part in background]
    of_compose = [service["command"] for service in LINKHUBS.values()]

    assert queues(of_compose) == queues(of_serve) == set(QUEUES)


def queues(commands: Any) -> set[str]:
    named = [words[words.index("-Q") + 1] for words in map(list, commands) if "-Q" in words]
    return {queue for each in named for queue in each.split(",")}


def test_it_migrates_before_anything_uses_the_database() -> None:
    for name in LASTING:
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


@pytest.mark.parametrize("name", LINKHUBS)
def test_no_container_can_do_more_than_it_must(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"] == SERVICES["web"]["environment"]
    assert "volumes" not in service or name == "sources-worker"


def test_runs_are_archived_on_a_volume_of_who_takes_retentions_tasks() -> None:
    [volume] = SERVICES["sources-worker"]["volumes"]
    name, path = volume.split(":")

    assert name in yaml.safe_load(TEXT)["volumes"]
    assert RETENTIONS_QUEUE in queues([SERVICES["sources-worker"]["command"]])
    assert path == interpolated(SERVICES["web"]["environment"]["LINKHUB_ARCHIVE"], {})
    assert f"RUN install -d -o 10001 -g 10001 {path}\n" in IMAGE.split("\nFROM ")[-1]


def test_everything_that_lasts_has_a_health_check() -> None:
    assert all("healthcheck" in SERVICES[name] for name in (*LASTING, "postgres", "redis"))


def test_the_image_is_built_from_what_is_here() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", IMAGE, re.MULTILINE)
    sources = [name for names in copied for name in names.split()]
    kept = (ROOT / ".dockerignore").read_text().split()

    assert "manage.py" in sources
    assert all((ROOT / name).exists() for name in sources)
    assert all(f"!{name}" in kept for name in sources)


def test_the_image_is_not_root_and_starts_the_web_as_compose_does() -> None:
    stages = IMAGE.split("\nFROM ")
    command = yaml.safe_load(re.search(r"^CMD (\[.*\])$", IMAGE.replace("\\\n", ""), re.M)[1])  # type: ignore[index]

    assert len(stages) == 3
    assert "\nUSER 10001:10001\n" in stages[-1]
    assert command == SERVICES["web"]["command"]


# What it does ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of its own on the run's server."""
    server = os.environ["DATABASE_URL"]
    name = f"compose_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def environment(database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Compose's own, with its servers and folders exchanged for those that are here."""
    folder = tmp_path_factory.mktemp("container")
    told = SERVICES["web"]["environment"]
    given = {variable: interpolated(text, GIVEN) for variable, text in told.items()}
    image = {"STATIC_ROOT": str(folder / "static"), "LINKHUB_HOME": str(folder / "linkhub")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    here = {"DATABASE_URL": database, "REDIS_URL": redis_url.replace("db=0", "db=9")}
    here["LINKHUB_ARCHIVE"] = str(folder / "archive")
    return {**given, **image, **here, "PATH": path, "HOME": str(folder), "TMP": str(folder)}


@contextmanager
def running(name: str, environment: Mapping[str, str], port: int) -> Iterator[Any]:
    """The service's own command; what a container has for itself is exchanged for what is here."""
    folder = Path(environment["TMP"]) / name
    folder.mkdir()
    mine = {**environment, "LINKHUB_ALIVE_FILE": str(folder / "alive")}
    words = [here(word, folder, port) for word in command(name)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            words, cwd=ROOT, env=mine, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process, mine
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(10)


def command(name: str) -> list[str]:
    return [interpolated(word, {}) for word in SERVICES[name]["command"]]


def here(word: str, folder: Path, port: int) -> str:
    for theirs, ours in (
        ("/tmp/", f"{folder}/"),
        ("--port=8000", f"--port={port}"),
        ("--host=0.0.0.0", "--host=127.0.0.1"),
        ("localhost:8000", f"localhost:{port}"),
    ):
        word = word.replace(theirs, ours)
    return word


def is_healthy(name: str, environment: Mapping[str, str], port: int) -> bool:
    """By the service's own health check."""
    kind, *words = (interpolated(word, {}) for word in SERVICES[name]["healthcheck"]["test"])
    folder = Path(environment["LINKHUB_ALIVE_FILE"]).parent
    words = [here(word, folder, port) for word in words]
    shell = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    done = subprocess.run(shell, env=environment, cwd=ROOT, capture_output=True, timeout=30)
    return done.returncode == 0


@pytest.fixture(scope="module")
def migrated(environment: Any) -> Any:
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    for words in (collect, command("migrate")):
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return environment


@pytest.mark.slow
@pytest.mark.parametrize("name", LASTING)
def test_each_service_gets_healthy_by_its_own_check(name: str, migrated: Any, port: int) -> None:
    with running(name, migrated, port) as (process, mine):
        for _ in range(120):
            if process.poll() is not None or is_healthy(name, mine, port):
                break
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
        log = (Path(mine["TMP"]) / name / "log").read_text()

        assert process.poll() is None, log
        assert is_healthy(name, mine, port), log
    assert process.returncode == 0, log
    with psycopg.connect(mine["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT name FROM seeing_process").fetchall()
    assert rows == [], "it ended in order and left its row"


@pytest.mark.slow
def test_a_stopped_workers_check_fails_after_a_while(migrated: Any, port: int) -> None:
    folder = Path(migrated["TMP"])
    alive = folder / "alive"
    alive.touch()
    mine = {**migrated, "LINKHUB_ALIVE_FILE": str(alive)}
    assert is_healthy("worker", mine, port)
    long_ago = time.time() - 600
    os.utime(alive, (long_ago, long_ago))

    assert not is_healthy("worker", mine, port)
