from xml.etree import ElementTree as ET

from benchmarks.measuring import Ratio
from benchmarks.plots import drawing, lines_of


def a_page(runs: int, ours: float) -> Ratio:
    return Ratio(
        "a <b>, 1 connection",
        "empty",
        "requests",
        area="pages",
        runs=runs,
        ours=[ours],
        theirs=[1.0],
    )


def test_it_draws_a_line_for_a_case_at_several_sizes() -> None:
    [line] = lines_of([a_page(10, 2.0), a_page(1000, 3.0)], "pages")
    assert (line.name, line.points) == ("a <b>", [(10, 2.0), (1000, 3.0)])
    assert lines_of([a_page(10, 2.0)], "pages") == []


def test_it_draws_well_formed_svg_that_says_its_figures() -> None:
    lines = lines_of([a_page(10, 2.0), a_page(1000, 300.0)], "pages")
    root = ET.fromstring(drawing("Pages", lines))
    assert root[0].text == "Pages: a <b> 2.00 at 10 runs, 300.00 at 1,000 runs"
    spots = [float(each.get("cx", 0)) for each in root if each.tag.endswith("circle")]
    assert all(350 <= spot <= 860 for spot in spots)
    assert spots[0] > spots[1]
