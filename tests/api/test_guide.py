"""The examples of the README and of `docs/api.md`, run from top to bottom."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from linkhub.api.api import api
from tests.factories import make_token

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```sh\n(.*?)```(?:\s*```json\n(.*?)```)?", re.DOTALL)


def run(command: str, token: str) -> tuple[int, Any]:
    """What curl would do; `# 422` behind the command is for people."""
    command = command.replace("\\\n", "").replace("$LINKHUB", "").replace("$TOKEN", token)
    words = shlex.split(command, comments=True)
    assert words.pop(0) == "curl"
    method, data, headers, address = "GET", "", {}, ""
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-d":
                data = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case address:
                pass
    response = Client().generic(method, address, data, "text/plain", headers=headers)
    return response.status_code, response.json()


def is_part(part: Any, whole: Any) -> bool:
    """Whether all that is shown is so; the guide may leave things out."""
    if isinstance(part, dict):
        return all(name in whole and is_part(value, whole[name]) for name, value in part.items())
    if isinstance(part, list):
        return all(any(is_part(one, other) for other in whole) for one in part)
    return bool(part == whole)


@pytest.mark.django_db
@pytest.mark.parametrize(("guide", "number"), [("README.md", 3), ("docs/api.md", 9)])
def test_its_examples_do_what_it_says(guide: str, number: int) -> None:
    _, token = make_token()
    examples = BLOCK.findall((ROOT / guide).read_text(encoding="utf-8"))
    assert len(examples) >= number
    for command, shown in examples:
        status, answer = run(command, token)
        expected = re.search(r"# (\d{3})\s*$", command)
        assert status == int(expected[1]) if expected else status in {200, 201}, answer
        assert not shown or is_part(json.loads(shown), answer), answer


OPERATION = re.compile(r"^\| `([A-Z]+ \S+)` \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def test_it_speaks_of_every_operation() -> None:
    guide = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    told = OPERATION.findall(guide.partition("## Every operation")[2])
    there = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    assert set(told) == there
    assert len(told) == len(there)
