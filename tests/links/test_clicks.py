"""Clicks, held in memory and added in bulk; broken links, counted now and then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from linkhub.links.models import ClickDay, LinkDefinition, Tally
from linkhub.links.usage import clicks, tallies
from linkhub.links.usage.clicks import MOST_HELD, Buffer, Clicked
from linkhub.links.usage.tallies import tally_links
from tests.factories import make_definition, make_link, make_private_project, make_project, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def buffer() -> Buffer:
    """Flushed by the test alone."""
    return Buffer(flushes=False)


def counted() -> dict[str, int]:
    return dict(ClickDay.objects.values_list("definition__key", "clicks"))


def test_it_counts_nothing_in_the_database_until_it_is_flushed(
    buffer: Buffer, django_assert_num_queries: Any
) -> None:
    make_definition("board")
    with django_assert_num_queries(0):
        for _ in range(3):
            buffer.count(Clicked("", "board"))
    with django_assert_num_queries(1):
        assert buffer.flush() == 3
    assert counted() == {"board": 3}


def test_it_adds_to_what_other_processes_counted(buffer: Buffer) -> None:
    make_definition("board")
    for _ in range(2):
        buffer.count(Clicked("", "board"))
        buffer.flush()
    assert counted() == {"board": 2}
    assert buffer.flush() == 0


def test_it_tells_owners_apart(buffer: Buffer) -> None:
    make_definition("board")
    own = make_definition("board", project=make_project())
    make_definition("board", project=make_private_project())
    buffer.count(Clicked("flytesnacks", "board"))
    buffer.count(Clicked("absent", "board"))
    buffer.count(Clicked("", "nothing"))
    buffer.flush()
    assert list(ClickDay.objects.values_list("definition", flat=True)) == [own.pk]


def test_it_counts_no_click_on_what_was_deleted(buffer: Buffer) -> None:
    make_definition("board", deleted=True)
    buffer.count(Clicked("", "board"))
    buffer.flush()
    assert not ClickDay.objects.exists()


def test_it_holds_again_what_could_not_be_stored(
    buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_definition("board")
    buffer.count(Clicked("", "board"))
    with monkeypatch.context() as patch:

        def fail() -> None:
            raise DatabaseError("gone")

        patch.setattr(clicks.connection, "cursor", fail)
        assert buffer.flush() == 0
    buffer.count(Clicked("", "board"))
    assert buffer.flush() == 2


def test_it_holds_so_much_and_no_more(buffer: Buffer) -> None:
    for number in range(MOST_HELD + 10):
        buffer.count(Clicked("", f"k{number}"))
    assert len(buffer._held) == MOST_HELD


def links_of(definition: LinkDefinition, **states: int) -> None:
    run = make_run(f"r{definition.pk}")
    for state, number in states.items():
        for each in range(number):
            url = "https://x.example.com" if state == "ready" else ""
            key = f"{state}{each}"
            make_link(run, definition=definition, state=state, key=key, url=url)


def shares() -> dict[str, tuple[int, int]]:
    rows = Tally.objects.values_list("definition__key", "broken", "links")
    return {key: (broken, links) for key, broken, links in rows}


def test_it_counts_what_is_broken() -> None:
    links_of(make_definition("a"), ready=2, blocked=1, failed=1, missing=1, hidden=3, waiting=2)
    make_definition("b")
    tally_links()
    assert shares() == {"a": (3, 5), "b": (0, 0)}


def test_it_follows_what_changes() -> None:
    definition = make_definition("a")
    links_of(definition, failed=1)
    tally_links()
    definition.links.all().delete()
    tally_links()
    assert shares() == {"a": (0, 0)}


def test_it_reads_a_part_of_a_big_table(monkeypatch: pytest.MonkeyPatch) -> None:
    links_of(make_definition("a"), ready=3, failed=1)
    monkeypatch.setattr(tallies, "ROWS", "SELECT 1000000")
    monkeypatch.setattr(tallies, "SAMPLE", 1)
    monkeypatch.setattr(tallies, "OF_ONE", 2)
    tally_links()
    tally = Tally.objects.get()
    assert (tally.sampled, tally.links in {2, 4}) == (True, True)


def test_it_lets_go_of_old_counts() -> None:
    definition, now = make_definition("a"), timezone.now()
    for days in (500, 10):
        day = (now - timedelta(days=days)).date()
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        ClickDay.objects.create(definition=definition, day=day, clicks=1, last_at=at)
    tally_links()
    assert ClickDay.objects.count() == 1
