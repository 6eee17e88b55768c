"""Recording over HTTP, one run at a time and in batches; each makes new runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from benchmarks.cases import EMPTY_API, SAME_TOKEN, Case, Making
from benchmarks.client import request
from benchmarks.ingesting import FIRST_BLOCK, NEW
from benchmarks.runs import BLOCK, documents
from benchmarks.web import Web

# Each request that makes a run makes another one.
NEW_RUNS = FIRST_BLOCK + 50_000
BLOCKS = 40_000
NDJSON = "Content-Type: application/x-ndjson\r\n"

Named = tuple[str, str, str, dict[str, Any]]


def cases(web: Web, actions: int) -> Iterator[Case]:
    new = chain.from_iterable(
        documents(block, actions=actions, age=NEW) for block in range(NEW_RUNS, NEW_RUNS + BLOCKS)
    )
    sample = list(documents(NEW_RUNS, actions=actions, age=NEW))

    def puts(number: int) -> list[bytes]:
        return [_put(web, one) for one in islice(new, number)]

    def batches(number: int) -> list[bytes]:
        return [_batch(web, "/api/v1/runs:batch", list(islice(new, BLOCK))) for _ in range(number)]

    bodies = [_body(one[3]) for one in sample]
    empty_puts = _in_turn([request("PUT", EMPTY_API, web.token, body) for body in bodies])
    empty_batches = _in_turn([_batch(web, EMPTY_API, sample)])
    yield Case("record", "PUT of a new run", SAME_TOKEN, puts, empty_puts, 201)
    yield Case("record", "POST of a batch of 100 new runs", SAME_TOKEN, batches, empty_batches)


def _put(web: Web, one: Named) -> bytes:
    project, domain, name, document = one
    path = f"/api/v1/projects/{project}/domains/{domain}/runs/{name}"
    return request("PUT", path, web.token, _body(document))


def _batch(web: Web, path: str, named: list[Named]) -> bytes:
    lines = [
        _body(document | {"project": project, "domain": domain, "run": name})
        for project, domain, name, document in named
    ]
    return request("POST", path, web.token + NDJSON, b"\n".join(lines))


def _in_turn(requests: list[bytes]) -> Making:
    """With bodies of the same size, which the view leaves alone."""
    return lambda number: [requests[at % len(requests)] for at in range(number)]


def _body(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
