"""Requests over HTTP, beside an empty view for the same caller."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.client import request, send
from benchmarks.copying import RECORDED, delete
from benchmarks.definitions import ACTION_KEY, RUN_KEY
from benchmarks.ingesting import FIRST_BLOCK, NEW
from benchmarks.measuring import Ratio
from benchmarks.own_home import OwnHome
from benchmarks.runs import BLOCK, documents
from benchmarks.web import Web, serving
from linkhub.runs.models import Pending

CONNECTIONS = (1, 8)
GO_BAR = 3.0
# Each request that makes a run makes another one.
NEW_RUNS = FIRST_BLOCK + 50_000

Making = Callable[[int], list[bytes]]


@dataclass(frozen=True)
class Case:
    """A request and its empty twin: each makes so many of them, whenever it is asked."""

    name: str
    baseline: str
    ours: Making
    empty: Making
    status: int
    bar: float | None = None


def measure(*, home: OwnHome, actions: int, size: int, number: int, rounds: int) -> Iterator[Ratio]:
    with serving(home) as web:
        for case in _cases(web, actions, size):
            for connections in CONNECTIONS:
                yield _measure(web, case, connections, size, number, rounds)
    delete(RECORDED, list(Pending.objects.values_list("run_id", flat=True).distinct()))


def _measure(web: Web, case: Case, connections: int, size: int, number: int, rounds: int) -> Ratio:
    ratio = Ratio(
        f"{case.name}, {connections} connection{'s' if connections > 1 else ''}",
        case.baseline,
        "requests",
        count=number,
        runs=size,
        bar=case.bar,
    )
    for turn in range(rounds + 1):
        ours = send(web.port, case.ours(number), connections=connections, status=case.status)
        empty = send(web.port, case.empty(number), connections=connections, status=200)
        if turn:  # the first one warms up
            ratio.ours.append(ours)
            ratio.theirs.append(empty)
    return ratio


def _cases(web: Web, actions: int, size: int) -> Iterator[Case]:
    puts = _puts(web, actions)
    yield Case("PUT of a new run", "empty view, same token", puts, _empty_puts(web, actions), 201)
    project, domain, name, _ = next(documents((size // BLOCK) // 2, actions=actions))
    addresses = {
        "/go to a run's link": f"{project}/{domain}/{name}/{RUN_KEY}",
        "/go to an action's link": f"{project}/{domain}/{name}/a0/{ACTION_KEY}",
        "/go to the latest run's link": f"{project}/{domain}/latest/{RUN_KEY}",
    }
    for title, address in addresses.items():
        yield Case(
            title,
            "empty view, same session",
            _gets(web, f"/go/{address}"),
            _gets(web, "/bench/page"),
            302,
            GO_BAR,
        )


def _gets(web: Web, path: str) -> Making:
    return lambda number: [request("GET", path, web.session)] * number


def _puts(web: Web, actions: int) -> Making:
    made = iter(range(NEW_RUNS, NEW_RUNS + 40_000))

    def make(number: int) -> list[bytes]:
        found: list[bytes] = []
        while len(found) < number:
            for project, domain, name, document in documents(next(made), actions=actions, age=NEW):
                path = f"/api/v1/projects/{project}/domains/{domain}/runs/{name}"
                found.append(request("PUT", path, web.token, json.dumps(document).encode()))
        return found[:number]

    return make


def _empty_puts(web: Web, actions: int) -> Making:
    """With bodies of the same size, which the view leaves alone."""
    bodies = [json.dumps(one[3]).encode() for one in documents(NEW_RUNS, actions=actions, age=NEW)]
    sent = [request("PUT", "/bench/api/empty", web.token, body) for body in bodies]
    return lambda number: [sent[at % len(sent)] for at in range(number)]
