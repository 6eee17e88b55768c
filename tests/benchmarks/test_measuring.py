import pytest

from benchmarks.measuring import Ratio, Stopwatch, shares


def a_ratio(bar: float | None = 3.0) -> Ratio:
    return Ratio("a", "b", "links", bar=bar, ours=[2.0, 9.0, 4.0], theirs=[1.0, 3.0, 1.0])


def test_it_divides_round_by_round() -> None:
    assert a_ratio().rounds == [2.0, 3.0, 4.0]
    assert a_ratio().median == 3.0
    assert a_ratio().spread == (2.0, 4.0)


def test_it_sets_the_quickest_beside_the_quickest() -> None:
    assert a_ratio().best == 2.0


def test_it_tells_processor_time_where_it_is_known() -> None:
    assert a_ratio().processor is None


@pytest.mark.parametrize(("bar", "verdict"), [(3.0, "met"), (2.9, "not met"), (None, "")])
def test_it_holds_the_median_against_the_bar(bar: float | None, verdict: str) -> None:
    assert a_ratio(bar).verdict == verdict


def test_it_adds_up_what_a_watch_measures() -> None:
    watch = Stopwatch()
    with watch.running():
        first = watch.seconds
    with watch.running():
        pass
    assert watch.seconds >= first == 0


def test_it_splits_a_whole_into_shares() -> None:
    assert shares({"select": 1.0, "write": 3.0}) == {"select": 0.25, "write": 0.75}
