"""python -m benchmarks: measure, print a table, write JSON and the document where asked to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import report
from benchmarks.document import document
from benchmarks.options import read_options
from benchmarks.own_home import own_home


def main(arguments: Sequence[str]) -> None:
    options = read_options(arguments)
    ratios = []
    stored: dict[int, int] = {}
    with own_home() as home:
        from benchmarks.bench import measure

        for ratio in measure(options, home, stored):
            print("  ".join(filter(None, report.cells(ratio))), report.split(ratio), flush=True)
            ratios.append(ratio)
    print(f"\n{report.table(ratios)}")
    found = report.as_data(ratios, asdict(options), stored)
    if options.json:
        text = json.dumps(found, indent=2, default=str) + "\n"
        options.json.write_text(text, encoding="utf-8")
    if options.document:
        options.document.write_text(document([found]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
