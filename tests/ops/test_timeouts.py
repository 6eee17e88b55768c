"""Nothing waits for ever: each kind of process tells PostgreSQL for how long, and what for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOW = """
import json, django
from django.db import connection
{be}
django.setup()
names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
    "max_parallel_workers_per_gather")
with connection.cursor() as cursor:
    found = []
    for name in names:
        cursor.execute(f"SHOW {{name}}")
        found.append(cursor.fetchone()[0])
print(json.dumps(found))
"""
WEB = "import linkhub.wsgi"
WORKER = "from linkhub.lib import roles; roles.be(roles.Role.WORKER)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("be", "variables", "expected"),
    [
        (WEB, {}, ["30s", "10s", "1min", "0"]),
        (WORKER, {"LINKHUB_WORKER_STATEMENT_SECONDS": "60"}, ["1min", "20s", "2min", "0"]),
        ("", {}, ["0", "0", "0", "2"]),
        (WEB, {"LINKHUB_WEB_STATEMENT_SECONDS": "0"}, ["0", "0", "0", "2"]),
    ],
    ids=["web", "worker", "command", "none"],
)
def test_it_is_of_the_processs_kind(
    be: str, variables: dict[str, str], expected: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(be=be)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "linkhub.settings"} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == expected
