import json

from benchmarks.costs import Cost
from benchmarks.document import document
from benchmarks.measuring import Ratio
from benchmarks.report import as_data, markdown, text

RATIO = Ratio(
    "resolve + store",
    "COPY",
    "links",
    area="resolve",
    count=10,
    runs=10_000,
    bar=3.0,
    ours=[2.0, 3.0],
    theirs=[1.0, 1.0],
    split={"select": 0.25, "write": 0.75},
    processors=[2.0, 2.2],
)
COST = Cost("worker_memory", "a worker's peak memory", 139.2, "MB", 10_000, 300.0, "50 runs")
OPTIONS = {"sizes": [10_000], "actions": 5, "rounds": 2}


def test_it_prints_the_bar_beside_the_figure() -> None:
    *_, line = text([RATIO], []).splitlines()
    assert (
        " ".join(line.split())
        == "resolve + store COPY 10,000 2.50 2.00 to 3.00 2.00 2.10 at most 3 met"
    )


def test_it_writes_a_table_of_markdown() -> None:
    assert "| 2.50 | 2.00 to 3.00 | 2.00 | 2.10 | at most 3 | met |" in markdown([RATIO])


def test_it_writes_the_document_from_what_json_keeps() -> None:
    found = json.loads(json.dumps(as_data([RATIO], [COST], OPTIONS, {10_000: 420_000_000})))
    written = document([found])
    assert "10,000 runs of 5 actions, 2 rounds" in written
    assert "- the database with 10,000 runs: 0.42 GB" in written
    assert "- resolve + store of 10,000: select 25%, write 75%" in written
    assert "| a worker's peak memory | 10,000 | 139 | MB | 50 runs | at most 300 | met |" in written
