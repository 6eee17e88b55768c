from __future__ import annotations

from typing import Any

import pytest

from linkhub.links import read
from linkhub.runs.models import Run
from tests.api.conftest import ACTION, RUN, Api, errors
from tests.factories import make_action, make_definition, make_run, make_tool
from tests.queries import queries_of

FIELDS = {
    "project",
    "domain",
    "run",
    "action",
    "attempt",
    "pod",
    "key",
    "name",
    "level",
    "url",
    "state",
    "reason",
    "missing",
    "tool",
    "provider",
    "group",
    "link_type",
    "icon",
    "origin",
    "new_tab",
    "updating",
    "resolved_at",
}


def items(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(path, **query).json()["items"]
    return found


@pytest.fixture
def run(db: None) -> Run:
    """With two actions, and a definition for each level."""
    run = make_run()
    make_definition("of-run", level="run")
    make_definition("of-action", template="https://x.example.com/{{ .actionName }}")
    for name in ("a0", "x1"):
        make_action(run, name)
    return run


def test_it_shows_a_link_with_the_fields_of_the_contract(api: Api, run: Run) -> None:
    link = items(api, f"{ACTION}/links")[0]
    assert link.keys() >= FIELDS
    assert (link["run"], link["action"], link["key"]) == ("r7", "x1", "of-action")
    assert (link["state"], link["url"]) == ("ready", "https://x.example.com/x1")
    assert (link["origin"], link["level"], link["missing"]) == ("instance", "action", [])


def test_it_shows_a_runs_own_level_and_all_its_actions(api: Api, run: Run) -> None:
    shown = [(link["action"], link["key"]) for link in items(api, f"{RUN}/links")]
    assert shown == [(None, "of-run"), ("a0", "of-action"), ("x1", "of-action")]


def test_it_narrows_by_level(api: Api, run: Run) -> None:
    assert {link["level"] for link in items(api, f"{RUN}/links", level="run")} == {"run"}
    both = items(api, f"{RUN}/links", level=["run", "action"])
    assert len(both) == 3


def test_it_narrows_by_action(api: Api, run: Run) -> None:
    assert [link["action"] for link in items(api, f"{RUN}/links", action="x1")] == ["x1"]
    assert len(items(api, f"{RUN}/links", action=["x1", "a0"])) == 2


@pytest.mark.parametrize("query", [{"level": "workflow"}, {"action": "a\x00"}])
def test_it_refuses_to_narrow_by_what_cannot_be(api: Api, run: Run, query: dict[str, str]) -> None:
    [name] = query
    assert list(errors(api.get(f"{RUN}/links", **query))) == [f"query.{name}.0"]


def test_it_says_why_there_is_no_url(api: Api, run: Run) -> None:
    make_definition("pods", template="https://x.example.com/{{ .podName }}")
    link = next(one for one in items(api, f"{ACTION}/links") if one["key"] == "pods")
    assert (link["state"], link["url"], link["missing"]) == ("waiting", None, ["podName"])


def test_it_gives_a_long_runs_actions_page_by_page(
    api: Api, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("linkhub.api.links.MAX_ACTIONS", "linkhub.links.read.MAX_ACTIONS"):
        monkeypatch.setattr(module, 1)
    first = api.get(f"{RUN}/links").json()
    rest = api.get(f"{RUN}/links", cursor=first["next"]).json()
    shown = [link["action"] for link in first["items"] + rest["items"]]
    assert (shown, rest["next"]) == ([None, "a0", "x1"], None)
    assert read.MAX_ACTIONS == 1


@pytest.mark.parametrize("path", [f"{RUN}/links", f"{ACTION}/links"])
def test_it_shows_more_with_as_many_queries(api: Api, run: Run, path: str) -> None:
    few = queries_of(lambda: api.get(path))
    for number in range(10):
        make_action(run, f"y{number}")
        make_definition(f"d{number}", tool=make_tool(f"t{number}"))
    assert queries_of(lambda: api.get(path)) <= few
