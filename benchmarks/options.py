"""What the command line asks for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runs import BLOCK, MOST_ACTIONS

AREAS = (
    *("render", "resolve", "ingest", "go", "pages", "api", "find", "record"),
    *("cost", "peers", "edit"),
)


@dataclass(frozen=True)
class Options:
    """`sizes` are numbers of runs, ascending: the database grows from one to the next.

    `chunk` is how many runs a round resolves, `renders` how many URLs it renders; `batches` are
    numbers of runs recorded at once. `seconds` is how long all rounds of one kind of request take.
    `edited` is about how many runs an edit touches, `backlog` how many wait for a worker.
    `airflow` is a virtual environment, which need not be there.
    """

    sizes: tuple[int, ...]
    actions: int
    rounds: int
    chunk: int
    batches: tuple[int, ...]
    seconds: float
    airflow: Path
    edited: int
    backlog: int
    renders: int
    areas: tuple[str, ...]
    json: Path | None
    document: Path | None
    seed: int


def read_options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="bench", description="Measure ratios, beside baselines.")
    parser.add_argument(
        "--runs",
        type=_sizes,
        default=(10_000, 100_000),
        dest="sizes",
        metavar="N[,N…]",
        help=f"sizes of the database in runs, multiples of {BLOCK}",
    )
    parser.add_argument(
        "--actions", type=int, default=MOST_ACTIONS, choices=range(1, MOST_ACTIONS + 1)
    )
    parser.add_argument("--rounds", type=_positive, default=5)
    parser.add_argument("--chunk", type=_positive, default=500, help="runs that a round resolves")
    parser.add_argument("--batches", type=_sizes, default=(300, 1000), help="runs recorded at once")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="for one kind of request, all rounds together"
    )
    parser.add_argument(
        "--airflow", type=Path, default=Path(".venv-airflow"), help="an environment that has it"
    )
    parser.add_argument("--edited", type=_positive, default=5000, help="runs that an edit touches")
    parser.add_argument("--backlog", type=_positive, default=5000, help="runs that a worker finds")
    parser.add_argument("--renders", type=_positive, default=20_000)
    parser.add_argument("--only", nargs="+", choices=AREAS, default=AREAS, dest="areas")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--document", type=Path, help="write docs/performance.md's text here")
    parser.add_argument("--seed", type=int, default=1)
    options = Options(**vars(parser.parse_args(arguments)))
    if options.sizes[0] < 2 * BLOCK:
        parser.error(f"--runs must be at least {2 * BLOCK}")
    return options


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(_positive(number) for number in text.replace(" ", ",").split(",")))


def _positive(text: str) -> int:
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
