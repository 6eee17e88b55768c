"""The Python lane, short of a worker: `test_pipeline.py` has the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from linkhub.links import python_lane, work
from linkhub.links.classes.runner import LinkRunner
from linkhub.links.language import Failed
from linkhub.links.language.values import Values
from linkhub.links.models import Link
from linkhub.links.providers import Request
from linkhub.runs.models import Pending
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _runner(monkeypatch) -> Iterator[None]:
    with LinkRunner(allowed=["tests.links.flyte_links:*"]) as runner:
        monkeypatch.setattr(python_lane, "_runner", lambda: runner)
        yield


def resolve(name: str) -> Link:
    params = {"class": f"tests.links.flyte_links:{name}"}
    make.make_definition("board", provider="python_link", params=params)
    make.make_definition("plain")
    mark([make.unit_of(make.make_action(context={"board_id": "b1"}))])
    work.drain(Pending.Lane.MAIN, seconds=10)
    work.drain(Pending.Lane.PYTHON, seconds=30)
    return Link.objects.get(key="board")


def test_it_stores_what_the_class_gives():
    link = resolve("Board")
    assert (link.state, link.url) == ("ready", "https://board.example.com/r7/b1")
    assert not Pending.objects.exists()


def test_it_stores_why_the_class_failed():
    link = resolve("Broken")
    assert link.state == "failed"
    assert "no board today" in link.reason


def test_it_leaves_the_other_links_alone():
    resolve("Board")
    before = Link.objects.get(key="plain").resolved_at
    mark([make.unit_of(make.Action.objects.get())], lane=Pending.Lane.PYTHON)
    work.drain(Pending.Lane.PYTHON, seconds=30)
    assert Link.objects.get(key="plain").resolved_at == before


def test_it_leaves_an_unchanged_answer_alone():
    before = resolve("Board").resolved_at
    mark([make.unit_of(make.Action.objects.get())])
    work.drain(Pending.Lane.MAIN, seconds=10)
    work.drain(Pending.Lane.PYTHON, seconds=30)
    assert Link.objects.get(key="board").resolved_at == before


def test_it_ends_when_the_time_of_the_unit_is_used_up():
    allowance = python_lane.Allowance(LinkRunner(allowed=[]), time.monotonic() - 1)
    with pytest.raises(Failed, match="more than 30 seconds"):
        allowance(Request({}, Values()))


@pytest.mark.parametrize(
    ("kind", "runs"), [("python_link", True), ("wandb_run", False), ("x", False)]
)
def test_it_knows_which_links_are_its_own(kind, runs):
    assert python_lane.runs_code(kind) is runs
