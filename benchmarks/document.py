"""docs/performance.md: what is measured, and the figures of runs of the bench.

python -m benchmarks.document FIGURES.json … > docs/performance.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks import report
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
resolve, write | `COPY` of the same finished `Link` and `Resolved` rows |
| batch ingest | documents of new runs as JSON: validated, merged, written and marked in one \
transaction | `COPY` of the same final rows of all tables written, `Pending` included |
| `PUT`, `/go` | real HTTP to the web server as `serve` starts it, over kept-open connections | an \
empty view for the same caller (token, or signed-in person) behind the same middleware |
| template render | a compiled template with four variables | joining the same pieces with \
`urllib.parse.quote`; Jinja2's sandbox, compiled once and compiled each time |

- `COPY` goes into the same tables with their indexes and constraints, foreign keys checked, until
  the commit is on disk. Between rounds the rows are deleted and the tables vacuumed.
- A run has as many actions as the figures say, with attempts and pods; there are six definitions,
  of every level, three of them by providers. The data are the same every time.
- Rounds take turns with their baseline, after one that warms up. The ratio is the median of the
  rounds' ratios, the spread the smallest and the largest; the best sets the quickest round beside
  the baseline's quickest. Where other work shares the machine, the spread is wide, and the best
  is nearer to what LinkHub costs. Nearest is the ratio of processor seconds, of LinkHub and its
  database connection together, where they can be told: no other work disturbs it.
- Over HTTP the caller shares the processors with what it measures, on both sides alike.

## How to run it

    make bench                              10,000 and 100,000 runs of 5 actions
    make bench SIZE=1000 ARGS="--rounds 2"  a quick look
    make bench-large                        1,000,000 runs of one action
    make bench ARGS="--only render"         one area: render, resolve, ingest, web
    make bench ARGS="--json figures.json --document docs/performance.md"

The bench starts a PostgreSQL and a Valkey of its own in a temporary folder, set up to be as
durable as in production, and takes them away again: nothing of yours is read or touched.
`TMPDIR` says where; the figures say how large the database is, the log comes on top.
`make bench ARGS=--help` lists the options. A bar that is not met does not fail the command.

## Figures
"""


def document(found: Sequence[dict[str, Any]]) -> str:
    """The whole text, with a section for each run of the bench."""
    return "\n".join([TEXT, *(line for one in found for line in _section(one))])


def _section(found: dict[str, Any]) -> Iterator[str]:
    options, machine = found["options"], found["machine"]
    ratios = [_ratio(figure) for figure in found["figures"]]
    sizes = " and ".join(f"{size:,}" for size in options["sizes"])
    yield (
        f"{sizes} runs of {options['actions']} action{'s' * (options['actions'] > 1)},"
        f" {options['rounds']} rounds, {machine['processors']} processors,"
        f" Python {machine['python']}:\n"
    )
    yield report.markdown(ratios) + "\n"
    yield from (
        f"- the database with {one['runs']:,} runs: {one['bytes'] / 1e9:.2f} GB"
        for one in found["stored"]
    )
    splits = [ratio for ratio in ratios if ratio.split]
    if splits:
        yield "\nWhere LinkHub's time goes:\n"
        yield from (f"- {ratio.name} of {ratio.runs:,}: {report.split(ratio)}" for ratio in splits)
    yield ""


def _ratio(figure: dict[str, Any]) -> Ratio:
    return Ratio(
        **{field.name: figure[field.name] for field in fields(Ratio) if field.name in figure}
    )


if __name__ == "__main__":
    files = [Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]]
    sys.stdout.write(document([json.loads(text) for text in files]))
