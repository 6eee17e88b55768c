"""All measurements in their order; imported once the settings can be loaded."""

from __future__ import annotations

from collections.abc import Iterator

import django
from django.core.management import call_command

from benchmarks.measuring import Ratio
from benchmarks.options import Options
from benchmarks.own_home import OwnHome


def measure(options: Options, home: OwnHome, stored: dict[int, int]) -> Iterator[Ratio]:
    """Each ratio as it is found; `stored` gets the database's bytes by number of runs."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from benchmarks import definitions, ingesting, rendering, requests, resolving
    from benchmarks.growing import Data

    if "render" in options.areas:
        yield from rendering.measure(renders=options.renders, rounds=options.rounds)
    definitions.define()
    data = Data(options.actions)
    data.begin()
    for size in options.sizes:
        stored[size] = data.grow(size)
        if "resolve" in options.areas:
            yield resolving.measure(
                runs=options.chunk, size=data.runs, rounds=options.rounds, seed=options.seed
            )
        if "ingest" in options.areas:
            for batch in options.batches:
                yield ingesting.measure(
                    batch=batch, actions=options.actions, size=data.runs, rounds=options.rounds
                )
        if "web" in options.areas:
            yield from requests.measure(
                home=home,
                actions=options.actions,
                size=data.runs,
                number=options.requests,
                rounds=options.rounds,
            )
