from benchmarks.growth import growths
from benchmarks.measuring import Ratio


def a_page(runs: int, ours: float, bar: float | None = 8.0) -> Ratio:
    return Ratio(
        "run", "empty", "requests", area="pages", runs=runs, bar=bar, ours=[ours], theirs=[1.0]
    )


def test_it_divides_the_largest_size_by_the_smallest() -> None:
    [growth] = growths([a_page(1000, 4.0), a_page(10_000, 4.4), a_page(100_000, 5.0)])
    assert (growth.median, growth.runs, growth.area) == (1.25, 100_000, "growth")
    assert growth.verdict == "not met"


def test_it_holds_only_what_has_a_bar_itself() -> None:
    [growth] = growths([a_page(1000, 4.0, None), a_page(10_000, 5.0, None)])
    assert growth.verdict == ""


def test_it_says_nothing_of_one_size() -> None:
    assert not list(growths([a_page(1000, 4.0)]))
