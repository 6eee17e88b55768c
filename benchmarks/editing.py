"""How soon an edit of a definition reaches what it touches, with web, workers and beat running.

A definition is saved, and edited once its links are there: pages and `/go` must be right at once,
by themselves; workers bring the stored links after, the newest first.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from django.db import connection

from benchmarks import processes
from benchmarks.client import fetch, request
from benchmarks.copying import Tables, copy_in, copy_out, delete
from benchmarks.costs import Cost
from benchmarks.measuring import Ratio, timed
from benchmarks.own_home import OwnHome
from benchmarks.runs import BLOCK, KINDS, PROJECTS, documents
from benchmarks.subjects import Place
from benchmarks.web import Web, options_of, serving
from linkhub.embedded.serving import parts
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import Backfill, Link
from linkhub.runs.models import Pending, Run

KEY, BEFORE, AFTER = "edited", "/first/", "/second/"
NEWEST, NEWEST_BAR, COPY_BAR = 1000, 2.0, 4.0
OF_KEY: Tables = {Link: f"key = '{KEY}' AND run_id = ANY(%s)"}
OLD_ARE_LEFT = "SELECT EXISTS (SELECT FROM links_link WHERE {} AND url LIKE %s)"
PAUSE, PATIENCE = 0.1, 7200.0


@dataclass(frozen=True)
class Scope:
    """Workflows and projects that a definition selects; together about so many runs."""

    workflows: tuple[str, ...]
    projects: tuple[str, ...]

    def save(self, part: str) -> None:
        """The definition, with `part` in its URLs."""
        selected = {"workflow": list(self.workflows), "project": list(self.projects)}
        template = f"{{{{ tool.base_url }}}}{part}{{{{ .runName }}}}"
        body = {"name": "Edited", "template": template, "tool": "cost", "level": "run"}
        document = DefinitionDocument.model_validate(body | {"select": selected})
        save_definition(project=None, key=KEY, document=document)

    def runs(self) -> list[int]:
        """The newest first."""
        touched = Run.objects.filter(
            workflow__name__in=self.workflows, project__name__in=self.projects
        )
        return list(touched.order_by("-created_at", "-pk").values_list("pk", flat=True))


def measure(*, home: OwnHome, size: int, edited: int, rounds: int) -> Iterator[Ratio | Cost]:
    scope = scope_of(edited, size)
    runs = scope.runs()
    name = f"edit that touches {len(runs):,} runs"
    with serving(home) as web, ExitStack() as stack:
        worker, _, _, beat = parts.background(options_of(home, workers=os.cpu_count() or 1))
        for part in (worker, beat):
            stack.enter_context(processes.running(home, part))
        scope.save(BEFORE)
        _until(_followed)
        first = _First(web, runs[-1])
        before = [first.ask(BEFORE) for _ in range(rounds)]
        began = time.perf_counter()
        scope.save(AFTER)
        after = first.ask(AFTER)
        newest = _until(lambda: not _old_are_left(runs[:NEWEST]), began)
        # Looking through all of them takes a processor that the workers could use.
        whole = _until(lambda: _followed() and not _old_are_left(runs), began)
    yield Ratio(
        f"{name}: its oldest run's page, API and `/go` at once",
        "the same requests before the edit",
        "requests",
        area="edit",
        runs=size,
        ours=[after],
        theirs=[median(before)],
    )
    yield Cost("edit_newest", f"{name}: newest 1,000 stored", newest, "s", size, NEWEST_BAR)
    copies = [_copied(runs) for _ in range(rounds)]
    yield Ratio(
        f"{name}: all stored",
        "COPY of their links",
        "links",
        area="edit",
        count=len(runs),
        runs=size,
        bar=COPY_BAR,
        ours=[whole] * len(copies),
        theirs=copies,
    )


def scope_of(edited: int, size: int) -> Scope:
    """The workflows and projects whose share of `size` runs comes nearest to `edited`."""
    workflows = [kind.workflow for kind in KINDS]
    scopes = [
        Scope(tuple(workflows[:number]), PROJECTS[:projects])
        for number in range(1, len(workflows) + 1)
        for projects in range(1, len(PROJECTS) + 1)
    ]
    block = [(project, body["workflow"]) for project, _, _, body in documents(0)]

    def distance(scope: Scope) -> float:
        share = sum(p in scope.projects and w in scope.workflows for p, w in block) / BLOCK
        return abs(share * size - edited)

    return min(scopes, key=distance)


class _First:
    """What somebody asks who looks at a run right after the edit."""

    def __init__(self, web: Web, run: int) -> None:
        row = Run.objects.select_related("project").get(pk=run)
        place = Place(row.project.name, row.domain, row.name)
        self._port = web.port
        self._asked = [
            (request("GET", place.page, web.session), 200),
            (request("GET", f"/api/v1{place.api}/links", web.token), 200),
            (request("GET", f"{place.go}/{KEY}", web.session), 302),
        ]

    def ask(self, part: str) -> float:
        """The seconds that all take. Raises RuntimeError where one lacks `part` in its URLs."""
        began = time.perf_counter()
        found = [fetch(self._port, one, status=status) for one, status in self._asked]
        seconds = time.perf_counter() - began
        for (one, _), answer in zip(self._asked, found, strict=True):
            if part.encode() not in answer:
                raise RuntimeError(f"{part} is not in the answer to {one[:100]!r}")
        return seconds


def _followed() -> bool:
    """The runs that the definition is for have their links; all others may be looked at yet."""
    near = Backfill.objects.filter(status=Backfill.Status.RUNNING, near=True)
    return not near.exists() and not Pending.objects.exists()


def _old_are_left(runs: Sequence[int]) -> bool:
    (where,) = OF_KEY.values()
    with connection.cursor() as cursor:
        cursor.execute(OLD_ARE_LEFT.format(where), [list(runs), f"%{BEFORE}%"])
        return bool(cursor.fetchone()[0])


def _until(reached: Callable[[], bool], began: float | None = None) -> float:
    """Wait; the seconds since `began`."""
    began = time.perf_counter() if began is None else began
    while not reached():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("the edit did not reach all runs in time")
        time.sleep(PAUSE)
    return time.perf_counter() - began


def _copied(runs: Sequence[int]) -> float:
    finished = copy_out(OF_KEY, runs)
    delete(OF_KEY, runs)
    return timed(lambda: copy_in(finished))
