"""Attempts on one scale."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from linkhub.pages.timeline import Scale, Tried
from tests import factories as make

NOW = make.CREATED + timedelta(hours=1)


def at(minutes: float) -> datetime:
    return make.CREATED + timedelta(minutes=minutes)


def scale(minutes: float = 40) -> Scale:
    found = Scale.of([at(0), None, at(minutes)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("minutes", "marks"),
    [
        (40, ("0", "10m", "20m", "30m")),
        (41, ("0", "12m", "24m", "36m")),
        (0, ("0", "1s", "2s", "3s")),
        (6, ("0", "1m 30s", "3m", "4m 30s")),
        (60 * 24 * 365, ("0", "98d", "196d", "294d")),
    ],
)
def test_its_quarters_are_round(minutes: float, marks: tuple[str, ...]) -> None:
    assert scale(minutes).marks == marks


def test_there_is_none_where_nothing_has_begun() -> None:
    assert Scale.of([None, None]) is None


def test_an_attempt_is_where_it_was() -> None:
    (segment,) = scale().bar([Tried(1, "failed", at(10), at(20))], NOW).segments

    assert (segment.start, segment.width, segment.tone) == (25, 25, "bad")
    assert segment.words == "failed, 10m 00s, from 10m 00s on"


def test_attempts_are_told_apart() -> None:
    tried = [Tried(1, "failed", at(0), at(10)), Tried(2, "succeeded", at(10), at(40))]

    assert scale().bar(tried, NOW).words == (
        "attempt 1: failed, 10m 00s, from 0s on; attempt 2: succeeded, 30m 00s, from 10m 00s on"
    )


@pytest.mark.parametrize("phase", ["failed", None])
def test_an_attempt_without_an_end_goes_on_until_the_next(phase: str | None) -> None:
    tried = [Tried(1, phase, at(0), None), Tried(2, "running", at(20), None)]
    first, second = scale(60).bar(tried, NOW).segments

    assert (first.start + first.width, second.start + second.width) == (
        pytest.approx(100 / 3),
        pytest.approx(100),
    )


def test_it_stays_within_the_scale_whatever_clocks_say() -> None:
    strange = [Tried(1, "failed", at(-50), at(900)), Tried(2, "failed", at(900), at(-50))]
    for each in scale().bar(strange, NOW).segments:
        assert each.start >= 0
        assert each.width > 0
        assert each.start + each.width <= 100


def test_what_is_short_is_seen() -> None:
    (segment,) = scale().bar([Tried(1, "succeeded", at(40), at(40))], NOW).segments

    assert segment.width > 0.5
    assert segment.start + segment.width <= 100


def test_what_never_began_says_so() -> None:
    bar = scale().bar([Tried(0, "queued", None, None)], NOW)

    assert (bar.segments, bar.words) == ([], "Not begun")


def test_many_are_one_stretch_as_bad_as_the_worst() -> None:
    times = [("succeeded", at(0), at(10)), ("failed", at(5), at(20)), (None, None, None)]
    bar = scale().stretch(times, NOW)

    assert bar is not None
    assert (bar.segments[0].width, bar.segments[0].tone) == (50, "bad")
    assert bar.words == "20m 00s in all, from 0s on"
    assert scale().stretch([(None, None, None)], NOW) is None
