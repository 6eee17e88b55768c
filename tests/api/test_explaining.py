from __future__ import annotations

from typing import Any

import pytest

from linkhub.runs.models import Run
from tests.api.conftest import ACTION, RUN, Api, errors
from tests.factories import (
    make_action,
    make_attached,
    make_attempt,
    make_definition,
    make_pod,
    make_run,
)


@pytest.fixture(autouse=True)
def action(db: None) -> None:
    action = make_action(make_run(), "x1", context={"wandb_id": "abc"})
    for number in range(1, 6):
        make_pod(make_attempt(action, number))


def explained(api: Api, path: str, **asked: Any) -> list[dict[str, Any]]:
    response = api.get(f"{path}/explain", **asked)
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_it_says_what_came_out_and_of_which_values(api: Api) -> None:
    make_definition("wandb", template="https://wandb.ai/{{ .context.wandb_id }}")
    [found] = explained(api, ACTION)
    assert (found["run"], found["action"], found["layer"]) == ("r7", "x1", "instance")
    assert (found["takes_part"], found["wins"], found["winner"]) == (True, True, "instance")
    assert found["variables"] == [
        {"name": "context.wandb_id", "value": "abc", "origin": "context of action x1"}
    ]
    assert found["outcome"]["url"] == "https://wandb.ai/abc"


def test_it_says_why_one_does_not_apply(api: Api) -> None:
    make_definition("other", select={"domain": "production"}, level="run")
    [found] = explained(api, RUN)
    assert (found["takes_part"], found["outcome"]) == (False, None)
    assert "domain" in found["why"]


def test_it_says_which_layer_wins(api: Api) -> None:
    make_definition("notes", level="run")
    make_attached(Run.objects.get(), key="notes")
    layers = {each["layer"]: each for each in explained(api, RUN, key="notes")}
    assert layers["override"]["wins"]
    assert layers["instance"]["winner"] == "override"


def test_it_narrows_by_key_attempt_and_pod(api: Api) -> None:
    make_definition("logs", level="pod")
    make_definition("other")
    assert {each["key"] for each in explained(api, ACTION, key="logs")} == {"logs"}
    newest = [each["attempt"] for each in explained(api, ACTION, key="logs")]
    assert sorted(newest) == [3, 4, 5]
    [found] = explained(api, ACTION, key="logs", attempt=1, pod="r7-x1-0")
    assert (found["attempt"], found["pod"]) == (1, "r7-x1-0")


@pytest.mark.parametrize("asked", [{"key": "a b"}, {"attempt": "0"}, {"pod": "a\x00"}])
def test_it_refuses_what_cannot_be(api: Api, asked: dict[str, str]) -> None:
    [name] = asked
    assert list(errors(api.get(f"{ACTION}/explain", **asked))) == [f"query.{name}"]


def test_it_leaves_a_python_classs_link_undecided(api: Api) -> None:
    make_definition("py", provider="python_link", params={"class": "a.b:C"})
    [found] = explained(api, ACTION)
    assert found["outcome"]["state"] in {"undecided", "waiting"}
    assert found["outcome"]["url"] is None
