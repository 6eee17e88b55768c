"""docs/performance.md: what is measured, and the figures of runs of the bench, with drawings.

    python -m benchmarks.document FIGURES.json … docs/performance.md

writes that file, the drawings beside it, and docs/scale.md where costs were measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks import plots, published, report, scale
from benchmarks.measuring import Ratio

TEXT = """\
# Performance

<!-- Written by `make bench`, figures and all: edit benchmarks/document.py, not this file. -->

LinkHub's speed is stated as ratios: how long something takes, divided by what nothing could beat
for the same work on the same machine in the same minute. A ratio of 3 means three times as long
as the baseline. Seconds would tell more of the machine than of LinkHub.

## What is measured

| | what | beside |
|---|---|---|
| resolve + store | one worker's rounds over runs picked at random: claim, read facts, \
resolve, and write one batch while the next is resolved | `COPY` of the same finished `Link` and \
`Resolved` rows |
| batch ingest | documents of new runs as JSON: validated, merged, written and marked in one \
transaction | `COPY` of the same final rows of all tables written, `Pending` included |
| pages, API, `/find`, `/go`, `PUT`, batches | real HTTP to the web server as `serve` starts it, \
over kept-open connections | an empty view for the same caller (token, or signed-in person) behind \
the same middleware |
| an edit | a definition is edited while web, workers and beat run: the next requests for its \
oldest run must be right, then the time until stored links are | the same requests before; `COPY` \
of those links |
| costs | bytes on disk by `pg_table_size` and `pg_indexes_size`; the most memory that a process \
ever had; processor seconds of LinkHub and the database together | |
| peers | LinkHub with all that is stored, asked over HTTP, every process warm | Airflow 3 with \
fifty runs on its default database, asked for the same in the same minute |
| growth | a figure's ratio at the largest size | the same at the smallest |
| template render | a compiled template with four variables | joining the same pieces with \
`urllib.parse.quote`; Jinja2's sandbox, compiled once and compiled each time |

- `COPY` goes into the same tables with their indexes and constraints, foreign keys checked, until
  the commit is on disk. Between rounds the rows are deleted and the tables vacuumed.
- A run has as many actions as the figures say, with attempts and pods; there are six definitions,
  of every level, three of them by providers. The data are the same every time.
- Rounds take turns with their baseline, after one that warms up. The ratio is the median of the
  rounds' ratios, the spread the smallest and the largest; the best sets the quickest round beside
  the baseline's quickest. Where other work shares the machine, the spread is wide, and the best
  is nearer to what LinkHub costs. Nearest is the ratio of processor seconds, of LinkHub and the
  database together, where they can be told: no other work disturbs it.
- Over HTTP the caller shares the processors with what it measures, on both sides alike. Each
  answer is held to have what it should: 50 rows with six tools' links, 50 links, the thing found.
  How many requests a round sends follows from `--seconds`.
- A run with 50 links has 12 actions, an action with six has two attempts. The fifty runs of a list
  have the links of six tools each.
- Runs beyond the first hundred are copies, made by the database; of more than 20,000 at once the
  indexes are built when all are there, so figures on disk are those of fresh indexes.
- A batch of 100 runs stands beside one empty request: its ratio tells of the work in it, and
  `COPY` is what it is held to.

## How to run it

    make bench                              10,000 and 100,000 runs of 5 actions
    make bench SIZE=1000,2000 ARGS="--rounds 2 --seconds 0.2"   a quick look
    make bench-large                        1,000,000 runs of one action; an edit of 100,000
    make bench ARGS="--only pages"          some areas alone: render, resolve, ingest, go, pages,
                                            api, find, record, cost, edit, peers
    make bench ARGS="--json figures.json --document docs/performance.md"
    python -m benchmarks.document small.json large.json docs/performance.md

The bench starts a PostgreSQL and a Valkey of its own in a temporary folder, set up to be as
durable as in production, and takes them away again: nothing of yours is read or touched.
`TMPDIR` says where; the figures say how large the database is, the log comes on top.
Airflow is asked where `make test-airflow` has installed it; otherwise the output says so.
`make bench ARGS=--help` lists the options. A bar that is not met does not fail the command.

## Figures
"""
PEERS = ("peer", "its work", "its ratio", "ours beside it", "our ratio", "we are")


def document(found: Sequence[dict[str, Any]], drawn: Sequence[str] = ()) -> str:
    """The whole text, with a section for each run of the bench; `drawn` are names of drawings."""
    pictures = [f"![Growth: {_title(name)}]({name})" for name in drawn]
    if pictures:
        pictures = [
            "How ratios grow with the number of runs, over one connection:\n",
            *pictures,
            "",
        ]
    return "\n".join([TEXT, *pictures, *(line for one in found for line in _section(one))])


def write(found: Sequence[dict[str, Any]], path: Path) -> None:
    """The document at `path`, with its drawings and the estimate of scale beside it."""
    largest = max(found, key=lambda one: max(one["options"]["sizes"]))
    drawn = []
    for area in plots.AREAS:
        if lines := plots.lines_of(ratios_of(largest), area):
            name = f"growth-{area}.svg"
            text = plots.drawing(report.AREAS[area], lines)
            path.with_name(name).write_text(text, encoding="utf-8")
            drawn.append(name)
    path.write_text(document(found, drawn), encoding="utf-8")
    if estimate := scale.document(found):
        path.with_name("scale.md").write_text(estimate, encoding="utf-8")


def ratios_of(found: dict[str, Any]) -> list[Ratio]:
    names = [field.name for field in fields(Ratio)]
    return [
        Ratio(**{name: figure[name] for name in names if name in figure})
        for figure in found["figures"]
    ]


def _section(found: dict[str, Any]) -> Iterator[str]:
    options, machine = found["options"], found["machine"]
    ratios = ratios_of(found)
    sizes = " and ".join(f"{size:,}" for size in options["sizes"])
    yield (
        f"{sizes} runs of {options['actions']} action{'s' * (options['actions'] > 1)},"
        f" {options['rounds']} rounds, {machine['processors']} processors,"
        f" Python {machine['python']}:\n"
    )
    for title, of_area in report.by_area(ratios):
        yield f"### {title}\n\n{report.markdown(of_area)}\n"
    costs = scale.costs_of(found)
    if costs:
        yield f"### {report.COSTS}\n\n{report.costs_markdown(costs)}\n"
    if peers := list(published.rows(costs)):
        yield f"### Beside what was published of peers\n\n{_peers(peers)}\n"
    yield from (
        f"- the database with {one['runs']:,} runs: {one['bytes'] / 1e9:.2f} GB"
        for one in found["stored"]
    )
    splits = [ratio for ratio in ratios if ratio.split]
    if splits:
        yield "\nWhere LinkHub's time goes:\n"
        yield from (f"- {ratio.name} of {ratio.runs:,}: {report.split(ratio)}" for ratio in splits)
    yield ""


def _peers(peers: Sequence[tuple[str, ...]]) -> str:
    rows = [PEERS, ("---",) * len(PEERS), *peers]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{published.CONDITIONS}\n\n{table}"


def _title(name: str) -> str:
    return report.AREAS[name.removeprefix("growth-").removesuffix(".svg")].lower()


if __name__ == "__main__":
    *files, path = [Path(name) for name in sys.argv[1:]]
    write([json.loads(file.read_text(encoding="utf-8")) for file in files], path)
