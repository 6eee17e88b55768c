"""docker-compose.yml agrees with what `serve` runs and keeps no secret of its own."""

import re
from pathlib import Path

import yaml

from linkhub.embedded.serving import parts
from linkhub.embedded.serving.options import read_options

FILE = Path(__file__).parents[2] / "docker-compose.yml"
TEXT = FILE.read_text()
SERVICES = yaml.safe_load(TEXT)["services"]


def test_it_has_no_default_secret() -> None:
    for name in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", TEXT):
        assert name[1] == ":?is not set", name[0]


def test_it_runs_the_queues_that_serve_runs() -> None:
    background = parts.background(read_options(Path("/srv"), {}))
    queues = re.findall(r"-Q (\w+)", " ".join(word for part in background for word in part.command))
    assert re.findall(r"-Q (\w+)", TEXT) == queues


def test_it_migrates_before_anything_uses_the_database() -> None:
    for name in ("web", "worker", "python-links-worker", "sources-worker", "beat"):
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_it_gives_every_process_the_same_environment() -> None:
    shared = SERVICES["web"]["environment"]
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= shared.keys()
    for name in ("migrate", "worker", "python-links-worker", "sources-worker", "beat"):
        assert SERVICES[name]["environment"] == shared


def test_it_builds_from_what_is_here() -> None:
    dockerfile = (FILE.parent / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?:--chown=\S+ )?(.+) \S+$", dockerfile, re.MULTILINE)
    sources = [name for names in copied for name in names.split()]
    assert "manage.py" in sources
    assert all((FILE.parent / name).exists() for name in sources)
    kept = (FILE.parent / ".dockerignore").read_text().split()
    assert all(f"!{name}" in kept for name in sources)
