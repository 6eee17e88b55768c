"""The child process with the real `wandb`, against the stand-in for W&B."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from linkhub.links import tasks
from linkhub.links.backlinks import child, work
from linkhub.links.models import Backlink
from linkhub.links.work import drain
from linkhub.runs.models import Pending
from linkhub.runs.pending import mark
from tests import factories as make
from tests.links.backlinks.recorded import KEY, VECTORS, StandIn, operation_of, record

pytestmark = pytest.mark.slow
ADDRESS = "https://linkhub.example.com/projects/flytesnacks/development/runs/r7/"


@pytest.fixture
def wandb(httpserver: HTTPServer) -> StandIn:
    return StandIn(httpserver)


def written(wandb: StandIn, *names: str, address: str = ADDRESS) -> list[dict[str, Any]]:
    """What the child answers for runs of these names; each gets a path of its own if asked to."""
    runs = [
        {
            "id": number,
            "entity": "vision",
            "project": "cats",
            "run": name,
            "title": "LinkHub",
            "address": address.format(number),
        }
        for number, name in enumerate(names)
    ]
    return work.run_child({"api_host": wandb.url, "key": KEY, "runs": runs}, seconds=60)


def test_it_talks_to_a_stand_in_that_is_as_the_recorded_client_expects(wandb: StandIn) -> None:
    assert record(wandb) == json.loads(VECTORS.read_text())


def test_it_writes_the_address_before_the_notes(wandb: StandIn) -> None:
    wandb.add_run("ex7", "what was there")
    wandb.add_run("ex8")
    assert written(wandb, "ex7", "ex8") == [{"id": 0, "error": ""}, {"id": 1, "error": ""}]
    assert wandb.runs["ex7"]["notes"] == f"[LinkHub]({ADDRESS})\nwhat was there"
    assert wandb.runs["ex8"]["notes"] == f"[LinkHub]({ADDRESS})"
    assert wandb.keys == {KEY}


@pytest.mark.django_db
def test_it_goes_all_the_way_from_a_run_to_its_notes(wandb: StandIn, settings: Any) -> None:
    settings.LINKHUB_PUBLIC_URL = "https://linkhub.example.com"
    settings.LINKHUB_WANDB_API_KEY, settings.LINKHUB_WANDB_API_HOST = KEY, wandb.url
    wandb.add_run("r7", "held")
    make.make_definition("wandb", template="https://wandb.ai/v/c/runs/{{.runName}}", backlink=True)
    mark([make.unit_of(make.make_action())])
    drain(Pending.Lane.MAIN, seconds=10)
    tasks.write_backlinks()
    assert Backlink.objects.get().state == "written"
    assert wandb.runs["r7"]["notes"] == f"[LinkHub]({ADDRESS}actions/a0/)\nheld"


def test_it_writes_once_and_nothing_but_the_notes(wandb: StandIn) -> None:
    wandb.add_run("ex7", "what was there")
    before = dict(wandb.runs["ex7"])
    written(wandb, "ex7", "ex7")
    written(wandb, "ex7")
    assert wandb.runs["ex7"]["notes"].count(ADDRESS) == 1
    assert wandb.runs["ex7"] | {"notes": None} == before | {"notes": None}
    mutations = [each for each in wandb.requests if operation_of(each["query"]) == "WriteNotes"]
    assert len(mutations) == 1


def test_it_keeps_what_it_wrote_for_another_run_in_the_same_batch(wandb: StandIn) -> None:
    wandb.add_run("shared", "held")
    written(wandb, "shared", "shared", address="https://linkhub.example.com/{}/")
    lines = wandb.runs["shared"]["notes"].split("\n")
    assert lines == [
        "[LinkHub](https://linkhub.example.com/1/)",
        "[LinkHub](https://linkhub.example.com/0/)",
        "held",
    ]


def test_it_says_which_run_is_not_there_and_writes_the_others(wandb: StandIn) -> None:
    wandb.add_run("ex7")
    gone, there = written(wandb, "gone", "ex7")
    assert "Could not find run" in gone["error"]
    assert there["error"] == ""


def test_it_says_that_the_key_is_refused(wandb: StandIn) -> None:
    wandb.status = 401
    [answer] = written(wandb, "ex7")
    assert "W&B" in answer["problem"]
    assert KEY not in answer["problem"]


def test_it_ends_a_child_that_takes_too_long(
    wandb: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert work.run_child({"api_host": wandb.url, "key": KEY, "runs": []}, seconds=0.01) == []


def test_it_says_that_wandb_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    said: list[dict[str, Any]] = []
    child.main({"runs": []}, said.append)
    assert said == [{"problem": child.NO_WANDB}]
