"""python -m benchmarks: measure, print tables, write JSON and documents where asked to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import report
from benchmarks.costs import Cost
from benchmarks.document import write
from benchmarks.growth import growths
from benchmarks.measuring import Ratio
from benchmarks.options import read_options
from benchmarks.own_home import own_home


def main(arguments: Sequence[str]) -> None:
    options = read_options(arguments)
    ratios: list[Ratio] = []
    costs: list[Cost] = []
    stored: dict[int, int] = {}
    with own_home() as home:
        from benchmarks.bench import measure

        for figure in measure(options, home, stored):
            print(report.line(figure), flush=True)
            if isinstance(figure, Cost):
                costs.append(figure)
            else:
                ratios.append(figure)
    ratios += growths(ratios)
    print(f"\n{report.text(ratios, costs)}")
    if "peers" in options.areas and not any(ratio.area == "peers" for ratio in ratios):
        print(f"\nNo peer was measured: there is no Airflow in {options.airflow}.")
    found = report.as_data(ratios, costs, asdict(options), stored)
    if options.json:
        text = json.dumps(found, indent=2, default=str) + "\n"
        options.json.write_text(text, encoding="utf-8")
    if options.document:
        write([found], options.document)


if __name__ == "__main__":
    main(sys.argv[1:])
