"""The real SDK, configured with LinkHub's address alone, against a real web server process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from linkhub.runs.models import Action, Attempt, Run
from tests.factories import make_admin, make_token
from tests.flyte_examples.places import STORE
from tests.flyte_examples.tracked import NAME
from tests.ingest.flyte2.web import eventually, make_certificates, web
from tests.ingest.flyte_stores import rows
from tests.workers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAGE = f"/projects/flytesnacks/development/runs/{NAME}/"


class Program:
    """The workflow, run by the SDK in a process of its own; it waits at its gate."""

    def __init__(self, folder: Path, endpoint: str, **options: Any) -> None:
        self.folder = folder
        self.gate = folder / "gate"
        os.mkfifo(self.gate)
        environment = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        } | options.pop("environment", {})
        command = [sys.executable, "-m", "tests.flyte_examples.tracked"]
        self.process = subprocess.Popen(
            [*command, endpoint, str(self.gate), json.dumps(options)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> str:
        self.gate.write_text("go")
        out, said = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, said
        return out.strip()


def is_at_the_gate() -> bool:
    return Action.objects.filter(task__name="tracked.gate", phase="running").exists()


def stored(folder: Path) -> dict[str, tuple[Any, ...]]:
    """What the SDK's own store has of each action, under the name that it reports."""
    found = rows(folder / STORE, NAME)
    [driver] = [row for row in found if row["parent_id"] == "a0" and "workflow" in row["task_name"]]
    known = {"a0": "", driver["action_name"]: "a0"}
    return {
        known.get(row["action_name"], row["action_name"]): (
            known.get(row["parent_id"], row["parent_id"] or "a0") if row is not driver else "",
            row["task_name"],
            row["status"],
            [
                (each["attempt_num"], each["status"])
                for each in json.loads(row["attempts_json"] or "[]")
            ]
            or [(1, row["status"])],
        )
        for row in found
        if row["action_name"] != "a0"
    }


def recorded() -> dict[str, tuple[Any, ...]]:
    return {
        action.name: (
            action.parent,
            action.task and action.task.name,
            action.phase,
            list(
                Attempt.objects.filter(action=action)
                .order_by("number")
                .values_list("number", "phase")
            ),
        )
        for action in Action.objects.select_related("task")
    }


def test_it_shows_a_run_live_and_then_as_the_sdk_has_it(tmp_path: Path) -> None:
    viewer = Client()
    viewer.force_login(make_admin())
    with web(LINKHUB_OPEN_PROJECTS="flytesnacks") as address:
        program = Program(tmp_path, address, insecure=True)
        eventually(is_at_the_gate)
        assert Run.objects.get().phase == "running"
        page = viewer.get(PAGE).content.decode()
        assert "tracked.gate" in page
        assert "running" in page.lower()
        url = program.finish()
    assert url.endswith(f"/v2/domain/development/project/flytesnacks/tracked-runs/{NAME}")
    run = Run.objects.get()
    assert (run.phase, run.labels) == ("succeeded", {"team": "vision"})
    assert recorded() == stored(tmp_path)
    contexts = {
        row["action_name"]: json.loads(row["context"])
        for row in rows(tmp_path / STORE, NAME)
        if row["context"] and row["task_name"] != "tracked.workflow" and "." in row["task_name"]
    }
    assert len(contexts) == 11
    for name, context in contexts.items():
        assert Action.objects.get(name=name).context == context


def test_it_reports_over_tls_by_every_means_the_sdk_has(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    secret = make_token("ingest")[1]
    trusted = {"SSL_CERT_FILE": str(certificates.authority), "LINKHUB_TOKEN": secret}
    means: dict[str, dict[str, Any]] = {
        "command": {"auth_type": "ExternalCommand", "command": ["printenv", "LINKHUB_TOKEN"]},
        "client": {
            "auth_type": "ClientSecret",
            "client_id": "anything",
            "client_credentials_secret": secret,
        },
    }
    with web(certificates) as address:
        for name, options in means.items():
            folder = tmp_path / name
            folder.mkdir()
            program = Program(
                folder,
                address,
                ca_cert_file_path=str(certificates.authority),
                disable_keyring=True,
                environment=trusted,
                **options,
            )
            program.finish()
            assert Run.objects.get().phase == "succeeded"
            Run.objects.all().delete()
