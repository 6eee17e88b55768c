"""Moments and spans in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linkhub.pages.times import ago, span, took

NOW = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=5), "5 d ago"),
        (timedelta(days=15), "5 Jan"),
        (timedelta(days=380), "5 Jan 2025"),
        (timedelta(minutes=-90), "in 1h 30m"),
        (timedelta(days=-13, hours=-23), "in 13d 23h"),
        (timedelta(days=-365), "in the future, 20 Jan 2027"),
    ],
)
def test_it_says_how_long_ago(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0s"), (8, "8s"), (252, "4m 12s"), (7500, "2h 05m"), (3 * 86400 + 4 * 3600, "3d 4h")],
)
def test_it_says_a_length_in_two_units(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_it_counts_up_to_now_while_something_goes_on() -> None:
    assert took(NOW - timedelta(seconds=8), None, NOW) == "8s"
    assert took(None, None, NOW) == ""
