"""What a process is for, by how it was called."""

from __future__ import annotations

import pytest

from linkhub.lib.roles import Role, role_of


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("/venv/bin/celery -A linkhub worker -Q resolve", Role.WORKER),
        ("/lib/python3.11/site-packages/celery/__main__.py -A linkhub beat", Role.BEAT),
        ("celery -A linkhub inspect ping", Role.COMMAND),
        ("manage.py migrate worker", Role.COMMAND),
        ("", Role.COMMAND),
    ],
)
def test_it_knows_workers_and_beat(line: str, role: Role) -> None:
    assert role_of(line.split()) == role
