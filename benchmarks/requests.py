"""Requests over HTTP, beside an empty view for the same caller; as many as a time allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from benchmarks import api_cases, find_cases, go_cases, in_process, page_cases, record_cases
from benchmarks.cases import Case, Making
from benchmarks.client import fetch, send
from benchmarks.copying import RECORDED, delete
from benchmarks.costs import Cost
from benchmarks.measuring import Ratio
from benchmarks.own_home import OwnHome
from benchmarks.subjects import Subjects, subjects
from benchmarks.web import Web, serving
from linkhub.runs.models import Pending

AREAS = ("go", "pages", "api", "find", "record")
CONNECTIONS = (1, 8)
# Of each connection, before anything is measured, and the bounds of a round.
WARM_UP, FEWEST, MOST = 2, 2, 300
# An empty view takes a small part of the time of ours, whatever their numbers.
EMPTY_SHARE = 0.25


def measure(
    *, home: OwnHome, areas: Collection[str], actions: int, size: int, seconds: float, rounds: int
) -> Iterator[Ratio | Cost]:
    """`seconds` is what the rounds of one case at one number of connections take together."""
    with subjects(size, actions) as about, serving(home) as web:
        for case in _cases(web, about, actions, areas):
            _check(web, case)
            for connections in CONNECTIONS:
                yield _measure(web, case, connections, size, seconds / rounds, rounds)
        if {"pages", "api"} <= set(areas):
            yield from in_process.measure(_cases(web, about, actions, ("pages", "api")), size)
    delete(RECORDED, list(Pending.objects.values_list("run_id", flat=True).distinct()))


def _cases(web: Web, about: Subjects, actions: int, areas: Collection[str]) -> Iterator[Case]:
    for area, cases in (("go", go_cases), ("pages", page_cases), ("api", api_cases)):
        if area in areas:
            yield from cases.cases(web, about)
    if "find" in areas:
        yield from find_cases.cases(web, about)
    if "record" in areas:
        yield from record_cases.cases(web, actions)


def _check(web: Web, case: Case) -> None:
    """One answer is as it should be. Raises RuntimeError where it lacks what it should hold."""
    found = fetch(web.port, *case.ours(1), status=case.status).decode()
    text, least = case.holds
    if found.count(text) < least:
        raise RuntimeError(
            f"{case.name} has {found.count(text)} times {text!r}, not {least}: {found[:2000]}"
        )


def _measure(
    web: Web, case: Case, connections: int, size: int, seconds: float, rounds: int
) -> Ratio:
    ours = _Side(web, case.ours, case.status, connections, seconds)
    empty = _Side(web, case.empty, 200, connections, seconds * EMPTY_SHARE)
    ratio = Ratio(
        f"{case.name}, {connections} connection{'s' if connections > 1 else ''}",
        case.baseline,
        "requests",
        area=case.area,
        count=ours.number,
        runs=size,
        bar=case.bar,
    )
    for _ in range(rounds):
        ratio.ours.append(ours.round())
        ratio.theirs.append(empty.round() * ours.number / empty.number)
    return ratio


class _Side:
    """One side's requests: warmed up, and so many that a round takes about `seconds`."""

    def __init__(
        self, web: Web, making: Making, status: int, connections: int, seconds: float
    ) -> None:
        self._web, self._making = web, making
        self._status, self._connections = status, connections
        self.number = WARM_UP * connections
        self.round()
        wanted = round(seconds / (self.round() / self.number) / connections)
        self.number = connections * max(FEWEST, min(MOST // connections, wanted))

    def round(self) -> float:
        """Send them all; the seconds that it took."""
        requests = self._making(self.number)
        return send(self._web.port, requests, connections=self._connections, status=self._status)
