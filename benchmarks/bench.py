"""All measurements in their order; imported once the settings can be loaded."""

from __future__ import annotations

from collections.abc import Iterator

import django
from django.core.management import call_command

from benchmarks.costs import Cost
from benchmarks.measuring import Ratio
from benchmarks.options import Options
from benchmarks.own_home import OwnHome
from linkhub.lib import roles


def measure(options: Options, home: OwnHome, stored: dict[int, int]) -> Iterator[Ratio | Cost]:
    """Each figure as it is found; `stored` gets the database's bytes by number of runs.

    What is recorded and resolved in this process is so as a worker does it.
    """
    roles.be(roles.Role.WORKER)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from benchmarks import (
        bare,
        definitions,
        disk,
        editing,
        ingesting,
        peers,
        rendering,
        requests,
        resolving,
        working,
    )
    from benchmarks.growing import Data

    if "render" in options.areas:
        yield from rendering.measure(renders=options.renders, rounds=options.rounds)
    if set(requests.AREAS) & set(options.areas):
        yield bare.measure()
    definitions.define()
    data = Data(options.actions)
    data.begin()
    for size in options.sizes:
        stored[size] = data.grow(size)
        if "cost" in options.areas:
            yield from disk.measure(data.runs)
        if "resolve" in options.areas:
            yield resolving.measure(
                runs=options.chunk, size=data.runs, rounds=options.rounds, seed=options.seed
            )
        if "ingest" in options.areas:
            for batch in options.batches:
                yield ingesting.measure(
                    batch=batch, actions=options.actions, size=data.runs, rounds=options.rounds
                )
        if asked := [area for area in requests.AREAS if area in options.areas]:
            yield from requests.measure(
                home=home,
                areas=asked,
                actions=options.actions,
                size=data.runs,
                seconds=options.seconds,
                rounds=options.rounds,
            )
        if "cost" in options.areas:
            yield from working.measure(
                home=home,
                size=data.runs,
                actions=options.actions,
                backlog=options.backlog,
                seed=options.seed,
            )
    if "peers" in options.areas and (options.airflow / "bin" / "airflow").exists():
        yield from peers.measure(
            home=home,
            venv=options.airflow,
            size=data.runs,
            actions=options.actions,
            rounds=options.rounds,
        )
    # Last of all: what is edited stays so.
    if "edit" in options.areas:
        yield from editing.measure(
            home=home, size=data.runs, edited=options.edited, rounds=options.rounds
        )
