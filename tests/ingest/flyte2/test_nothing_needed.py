"""Who does not use Flyte installs nothing of it: every module loads and works without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import importlib, pkgutil, sys
blocked = "flyte flyteidl2 flyteplugins connectrpc google.protobuf protobuf grpc httpx pyqwest"
for name in blocked.split():
    sys.modules[name] = None
import django
django.setup()
import linkhub.api, linkhub.ingest, linkhub.urls
for package in (linkhub.api, linkhub.ingest):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
from django.test import Client
answer = Client().post("/flyteidl2.auth.AuthMetadataService/GetOAuth2Metadata", b"\\x08\\x01",
                       "application/proto", headers={"Host": "localhost"})
assert answer.status_code == 200 and b"/flyteidl2/token" in answer.content, answer.content
from linkhub.ingest.sources.registry import choices
assert ("flyte2", "Flyte 2") in choices()
from linkhub_client.flyte import LinkHubLink
print("done")
"""


@pytest.mark.slow
def test_nobody_needs_flyte() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "linkhub.settings", "PYTHONPATH": f"{ROOT}/client/src:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("done\n"), done.stderr
