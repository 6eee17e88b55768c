"""Lists show one attempt and one pod of a run's root action, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.links import work
from linkhub.links.read import links_in_brief
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.CREATED + timedelta(minutes=5)


@pytest.fixture
def run() -> Run:
    """Two attempts of three pods; the primary of the second comes neither first nor last."""
    make.make_definition("pod", level="pod", template="https://a.example.com/{{.podName}}")
    make.make_definition("attempt", level="attempt", template="https://a.example.com/{{.runName}}")
    make.make_definition("root", level="action", template="https://a.example.com/{{.podName}}")
    action = make.make_action()
    for number in (1, 2):
        attempt = make.make_attempt(action, number)
        for index in range(3):
            make.make_pod(
                attempt, f"p{number}-{index}", worker_index=index, primary=index == number - 1
            )
    return action.run


def shown(run: Run) -> list[tuple[str, int | None, str | None]]:
    links = links_in_brief([run], now=NOW)[run.pk]
    return sorted((link.key, link.attempt or 0, link.pod or "") for link in links)


EXPECTED = [("attempt", 2, ""), ("pod", 2, "p2-1"), ("root", 0, "")]


def test_it_shows_the_newest_attempts_primary_pod_of_stale_links(run: Run) -> None:
    assert shown(run) == EXPECTED


def test_it_shows_the_same_of_stored_links(run: Run) -> None:
    mark([make.unit_of(run.actions.get())])
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert shown(run) == EXPECTED


def test_it_takes_as_many_queries_for_many_pods(run: Run) -> None:
    shown(run)  # the catalogue is read once a process
    with CaptureQueriesContext(connection) as few:
        shown(run)
    for index in range(20):
        make.make_pod(run.actions.get().attempts.get(number=2), f"more-{index}")
    with CaptureQueriesContext(connection) as many:
        assert shown(run) == EXPECTED
    assert len(many) == len(few)
