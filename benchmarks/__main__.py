"""python -m benchmarks: measure, print a table, write JSON and the document where asked to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import report
from benchmarks.options import read_options
from benchmarks.own_home import own_home


def main(arguments: Sequence[str]) -> None:
    options = read_options(arguments)
    ratios = []
    with own_home() as home:
        from benchmarks.bench import measure

        for ratio in measure(options, home):
            print("  ".join(filter(None, report.cells(ratio))), report.split(ratio), flush=True)
            ratios.append(ratio)
    print(f"\n{report.table(ratios)}")
    if options.json:
        options.json.write_text(report.as_json(ratios, asdict(options)), encoding="utf-8")
    if options.document:
        from benchmarks.document import document

        options.document.write_text(document(ratios, options), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
