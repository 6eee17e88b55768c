import json

from benchmarks.document import document
from benchmarks.measuring import Ratio
from benchmarks.report import as_data, markdown, table

RATIO = Ratio(
    "resolve + store",
    "COPY",
    "links",
    count=10,
    runs=10_000,
    bar=3.0,
    ours=[2.0, 3.0],
    theirs=[1.0, 1.0],
    split={"select": 0.25, "write": 0.75},
    processors=[2.0, 2.2],
)
OPTIONS = {"sizes": [10_000], "actions": 5, "rounds": 2}


def test_it_prints_the_bar_beside_the_figure() -> None:
    *_, line = table([RATIO]).splitlines()
    assert (
        " ".join(line.split())
        == "resolve + store COPY 10,000 2.50 2.00 to 3.00 2.00 2.10 at most 3 met"
    )


def test_it_writes_a_table_of_markdown() -> None:
    assert "| 2.50 | 2.00 to 3.00 | 2.00 | 2.10 | at most 3 | met |" in markdown([RATIO])


def test_it_writes_the_document_from_what_json_keeps() -> None:
    found = json.loads(json.dumps(as_data([RATIO], OPTIONS, {10_000: 420_000_000})))
    text = document([found])
    assert "10,000 runs of 5 actions, 2 rounds" in text
    assert "- the database with 10,000 runs: 0.42 GB" in text
    assert "- resolve + store of 10,000: select 25%, write 75%" in text
