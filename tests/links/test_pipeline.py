"""From a recorded fact to a stored link, with a real broker and real worker processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from linkhub.links.backfill import start_backfill
from linkhub.links.models import Link, LinkDefinition, Resolved
from linkhub.runs.changes import next_change
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Pending, Run
from linkhub.runs.nudges import client, nudge_arrived
from linkhub.runs.pending import mark
from linkhub.runs.record import record_run
from tests import factories as make
from tests.workers import listening, wait_until, wait_until_done, worker

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENT = {
    "workflow": "train_pipeline",
    "phase": "running",
    "context": {"board_id": "b1"},
    "actions": [
        {
            "name": "a0",
            "task": "train_model",
            "attempts": [{"number": 1, "pods": [{"name": "r7-a0-0"}]}],
        }
    ],
}


@pytest.fixture(autouse=True)
def _broker(redis_url: str, settings) -> Iterator[None]:
    settings.REDIS_URL = redis_url
    client.cache_clear()
    for lane in Pending.Lane:
        nudge_arrived(lane)
    yield
    client().close()
    client.cache_clear()


def push() -> Run:
    document = RunDocument.model_validate_json(json.dumps(DOCUMENT))
    return record_run(
        project=make.make_project(), domain="development", name="r7", document=document
    )[0]


def links() -> dict[str, tuple[str, str]]:
    return {link.key: (link.state, link.url) for link in Link.objects.all()}


def test_it_resolves_what_is_recorded():
    make.make_definition("pod", template="https://x.example.com/{{.podName}}")
    with listening() as listener, worker("resolve"):
        push()
        wait_until_done(listener)
    assert links() == {"pod": ("ready", "https://x.example.com/r7-a0-0")}


def test_it_runs_python_classes_in_a_child_process():
    for name in ("Board", "ProcessId", "Broken"):
        params = {"class": f"tests.links.flyte_links:{name}"}
        make.make_definition(name.lower(), provider="python_link", params=params)
    allowed = {"LINKHUB_LINK_CLASSES": "tests.links.flyte_links:*"}
    with listening() as listener, worker("resolve", "python_links", **allowed) as process:
        push()
        wait_until_done(listener)
    found = links()
    assert found["board"] == ("ready", "https://board.example.com/r7/b1")
    assert found["broken"][0] == "failed"
    assert int(found["processid"][1].rpartition("/")[2]) not in (process.pid, os.getpid())


@pytest.mark.slow
def test_it_picks_up_what_a_lost_message_left():
    make.make_definition()
    unit = make.unit_of(make.make_action())
    with listening() as listener, worker("resolve"):
        mark([unit])
        wait_until_done(listener)
    assert links()["dashboard"][0] == "ready"


@pytest.mark.slow
def test_it_lets_old_runs_follow_an_edit():
    definition = make.make_definition()
    unit = make.unit_of(make.make_action())
    with listening() as listener, worker("resolve"):
        mark([unit])
        wait_until_done(listener)
        change = next_change()
        LinkDefinition.objects.filter(pk=definition.pk).update(
            template="https://new.example.com", change=change
        )
        start_backfill(change=change, project=None, reason="edited")
        wait_until(listener, lambda: not Resolved.objects.filter(change__lt=change).exists())
    assert links() == {"dashboard": ("ready", "https://new.example.com")}
