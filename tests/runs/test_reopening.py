"""Phase and end from what was observed, in every order of what was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.runs import merge, reopening
from linkhub.runs.reopening import Reopening


@dataclass
class Row:
    phase: str | None = None
    ended_at: datetime | None = None
    reopened_at: datetime | None = None
    stamps: dict[str, Any] = field(default_factory=dict)
    observed: dict[str, int] = field(default_factory=dict)


Saying = Callable[[Row], object]


def seen(phase: str, stamp: int, ended: int | None = None) -> Saying:
    """What a document of `stamp` says: a phase, and where given the end."""

    def say(row: Row) -> None:
        moment = None if ended is None else merge.from_stamp(ended)
        reopening.observe_end(row, phase, moment, stamp)
        if moment is not None:
            reopening.note_end(row, moment, stamp)

    return say


def demand(stamp: int) -> Saying:
    return lambda row: reopening.note_demand(row, stamp)


def settled(*sayings: Saying, retried: int = -1) -> tuple[str | None, int | None]:
    """Phase and end, the same in every order and when all is said twice."""
    found = set()
    for order in permutations(sayings):
        row = Row()
        for say in (*order, *sayings):
            say(row)
        reopening.settle(row, Reopening(retried, row.stamps.get("reopened", -1)))
        found.add((row.phase, row.ended_at and merge.to_stamp(row.ended_at)))
    [one] = found
    return one


@pytest.mark.parametrize(
    ("sayings", "phase"),
    [
        ([seen("queued", 3), seen("waiting_for_resources", 2)], "waiting_for_resources"),
        ([seen("waiting_for_resources", 3), seen("initializing", 2)], "initializing"),
        ([seen("initializing", 3), seen("running", 2)], "running"),
        ([seen("running", 1), seen("paused", 2)], "paused"),
        ([seen("paused", 1), seen("running", 2)], "running"),
        ([seen("running", 1), seen("paused", 1)], "running"),
        ([seen("running", 3), seen("paused", 3), seen("aborted", 1)], "aborted"),
        ([seen("failed", 2), seen("aborted", 1)], "failed"),
        ([seen("failed", 1), seen("succeeded", 1)], "succeeded"),
    ],
)
def test_it_takes_the_highest_then_the_latest_then_the_greater_name(
    sayings: list[Saying], phase: str
) -> None:
    assert settled(*sayings)[0] == phase


def test_it_reopens_by_an_attempt_that_began_after_the_end() -> None:
    assert settled(seen("failed", 5, 5), seen("running", 8), retried=7) == ("running", None)
    assert settled(seen("failed", 5, 5), retried=7) == (None, None)


def test_it_stays_ended_when_the_attempt_began_before_or_just_then() -> None:
    assert settled(seen("failed", 5, 5), seen("running", 8), retried=4) == ("failed", 5)
    assert settled(seen("failed", 5, 5), seen("running", 8), retried=5) == ("failed", 5)


def test_it_compares_attempts_with_the_end_itself_however_late_it_was_reported() -> None:
    assert settled(seen("failed", 100, 5), seen("running", 101), retried=7) == ("running", None)


def test_it_takes_the_stamp_for_the_end_where_none_is_given() -> None:
    assert settled(seen("failed", 5), seen("running", 8), retried=7)[0] == "running"
    assert settled(seen("failed", 9), seen("running", 8), retried=7)[0] == "failed"


def test_it_ends_again_after_a_retry() -> None:
    sayings = [seen("failed", 5, 5), seen("running", 8)]
    assert settled(*sayings, seen("succeeded", 9, 9), retried=7) == ("succeeded", 9)
    assert settled(*sayings, seen("failed", 9, 9), retried=7) == ("failed", 9)


def test_it_reopens_a_second_time() -> None:
    sayings = [seen("failed", 5, 5), seen("succeeded", 9, 9), seen("running", 13)]
    assert settled(*sayings, retried=12) == ("running", None)


def test_it_does_not_bring_an_undone_end_back_when_the_same_phase_comes_again() -> None:
    assert settled(seen("failed", 5, 5), seen("failed", 9), retried=7) == ("failed", None)


def test_it_keeps_what_was_seen_when_a_further_attempt_begins() -> None:
    assert settled(seen("failed", 5), seen("running", 8), retried=12)[0] == "running"


def test_it_reopens_on_demand_of_a_later_document() -> None:
    said = [seen("succeeded", 5, 5), seen("running", 6), demand(6)]
    assert settled(*said) == ("running", None)
    assert settled(seen("succeeded", 5, 5), demand(5)) == ("succeeded", 5)
    assert settled(seen("succeeded", 5, 5), demand(4)) == ("succeeded", 5)


def test_it_ends_again_after_a_demand_whenever_that_was_reported() -> None:
    said = [seen("failed", 50, 5), demand(60)]
    assert settled(*said) == (None, None)
    assert settled(*said, seen("succeeded", 70, 9)) == ("succeeded", 9)
    assert settled(*said, seen("failed", 70, 9)) == ("failed", 9)


def test_it_ignores_a_reopening_of_what_had_not_ended() -> None:
    assert settled(seen("running", 1), demand(2)) == ("running", None)
    assert settled(seen("running", 1), retried=2) == ("running", None)
    assert settled(seen("running", 1), demand(2), seen("failed", 3, 3)) == ("failed", 3)


def test_it_says_when_it_was_retried_only_if_it_had_ended() -> None:
    row = Row()
    reopening.settle(row, Reopening(retried=7))
    assert row.reopened_at is None
    seen("failed", 5)(row)
    assert reopening.settle(row, Reopening(retried=7)) == {"reopened_at"}
    assert row.reopened_at == merge.from_stamp(7)


stamps = st.integers(1, 6)
ends = st.builds(seen, st.sampled_from(["failed", "succeeded"]), stamps, st.none() | stamps)
lives = st.builds(seen, st.sampled_from(["queued", "running"]), stamps, st.none() | stamps)
demands = st.builds(demand, stamps)


@settings(max_examples=300)
@given(
    st.lists(ends | ends | lives | demands, max_size=6),
    st.integers(-1, 7),
    st.randoms(use_true_random=False),
)
def test_it_settles_the_same_in_any_order_and_number(
    sayings: list[Saying], retried: int, random: Random
) -> None:
    found = []
    for order in (sayings, random.sample([*sayings, *sayings], 2 * len(sayings))):
        row = Row()
        for say in order:
            say(row)
        reopening.settle(row, Reopening(retried, row.stamps.get("reopened", -1)))
        found.append((row.phase, row.ended_at, row.reopened_at))
    assert found[0] == found[1]
