"""Resolve + store by one worker, beside COPY of the same finished rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from benchmarks.copying import RESOLVED, copy_in, copy_out, delete
from benchmarks.measuring import Ratio, Stopwatch, shares, timed
from benchmarks.processor import TICK, Meter
from benchmarks.runs import mark
from linkhub.links import work
from linkhub.links.models import Link
from linkhub.runs import pending
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit

# Functions of a worker's round by the step that they belong to.
STEPS = {
    "claim": "select",
    "load_catalogue": "select",
    "load_units": "select",
    "outcome_of": "render",
    "store": "write",
}
BAR = 3.0
LONGEST = 3600.0


def measure(*, runs: int, size: int, rounds: int, seed: int) -> Ratio:
    """Take `runs` runs of the `size` that are stored, resolve them anew, and COPY the outcome."""
    ratio = Ratio(
        name=f"resolve + store, {runs:,} runs",
        baseline="COPY of the same Link and Resolved rows",
        unit="links",
        area="resolve",
        runs=size,
        bar=BAR,
    )
    watches = {step: Stopwatch() for step in ("select", "render", "write")}
    for number in range(rounds + 1):
        chosen = choose(runs, Random(f"{seed}/{number}"))
        delete(RESOLVED, chosen)
        pending.mark(units(chosen))
        warm_up = number == 0
        with watching({} if warm_up else watches):
            meter = Meter()
            ours = timed(lambda: work.drain(Pending.Lane.MAIN, seconds=LONGEST))
            own_processor = meter.read()
        finished = copy_out(RESOLVED, chosen)
        _check(chosen, finished[0].rows)
        delete(RESOLVED, chosen)
        meter = Meter()
        theirs = timed(partial(copy_in, finished))
        processor = own_processor / max(meter.read(), TICK)
        if not warm_up:
            ratio.ours.append(ours)
            ratio.theirs.append(theirs)
            ratio.processors.append(processor)
            ratio.count = finished[0].rows
    ratio.split = shares({step: watch.seconds for step, watch in watches.items()})
    return ratio


def choose(number: int, random: Random) -> list[int]:
    """Any but the first block's, of which the others are copies."""
    copies = Run.objects.exclude(name__endswith=mark(0))
    ids = list(copies.order_by("pk").values_list("pk", flat=True))
    return sorted(random.sample(ids, min(number, len(ids))))


def units(runs: list[int]) -> Iterator[Unit]:
    """All that is resolved of these runs."""
    for pk, project in Run.objects.filter(pk__in=runs).values_list("pk", "project_id"):
        yield Unit(project, pk)
    actions = Action.objects.filter(run__in=runs)
    for pk, run, project in actions.values_list("pk", "run_id", "run__project_id"):
        yield Unit(project, run, pk)


def _check(runs: list[int], links: int) -> None:
    if Pending.objects.exists():
        raise RuntimeError("the worker left something pending")
    ready = Link.objects.filter(run__in=runs, state="ready").count()
    if not ready or ready != links:
        raise RuntimeError(f"{ready} of {links} links are ready; all should be")


@contextmanager
def watching(watches: dict[str, Stopwatch]) -> Iterator[None]:
    """Have the steps of a round run their watches."""
    with ExitStack() as stack:
        for name, step in STEPS.items():
            if step in watches:
                watched = _watched(getattr(work, name), watches[step])
                stack.enter_context(patch.object(work, name, watched))
        yield


def _watched(function: Callable[..., Any], watch: Stopwatch) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        with watch.running():
            return function(*args, **kwargs)

    return run
