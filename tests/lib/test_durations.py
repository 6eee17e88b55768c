"""Times to live as text."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkhub.lib.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1.5h", 5400), ("2d", 172800), ("1w", 604800)]
)
def test_it_reads_a_time_to_live(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("30d", "30d"), ("720h", "30d"), ("2w", "14d"), ("90m", "90m"), ("1.5h", "90m"), ("0s", "0d")],
)
def test_it_shows_a_duration_in_its_largest_unit(text: str, shown: str) -> None:
    assert format_duration(parse_duration(text)) == shown


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=10_000)))
def test_it_shows_no_other_duration_than_it_was_given(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration
