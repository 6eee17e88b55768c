"""Whose link a pasted URL is: the run, and what in it, whose values stand in the URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from django.db.models import QuerySet

from linkhub.accounts.models import Project
from linkhub.links.editing.marking import NAMES, SHORTEST, plain_texts
from linkhub.links.editing.rebuilding import identified_by, tokens_of
from linkhub.links.editing.sampling import Viewer
from linkhub.links.language.catalogue import BY_NAME
from linkhub.links.load import load_units
from linkhub.links.resolving.facts import RunFacts, UnitFacts
from linkhub.links.resolving.layers import LEVELS
from linkhub.links.resolving.subjects import Scope, View, views
from linkhub.runs.models import Action, Pod, Run
from linkhub.runs.pending import Unit

MOST_RUNS: Final = 5
MOST_ACTIONS: Final = 50
NEWEST: Final = 100
_EVERY_LEVEL: Final = frozenset({"attempt", "pod"})


@dataclass(frozen=True, slots=True)
class Owner:
    """The subject whose values explain most of the URL."""

    unit: Unit
    facts: UnitFacts
    view: View


def owner_of(
    url: str, viewer: Viewer, *, now: datetime, project: Project | None = None
) -> Owner | None:
    """Among what `viewer` may see, and in `project` where one is given; None where no value of
    any run that can be found stands in the URL."""
    runs = Run.objects.visible_to(viewer)
    if project is not None:
        runs = runs.filter(project=project)
    found = _by_name(url, runs) or _by_values(url, runs)
    best = max(_owners(found, now), key=lambda each: _score(url, each.view), default=None)
    return best if best is not None and _score(url, best.view)[0] > 0 else None


def _by_name(url: str, visible: QuerySet[Run]) -> list[int]:
    """Runs whose name, or whose pod's name, stands in the URL, by index."""
    texts = set(tokens_of(url))
    for each in identified_by(url):
        texts.update(each.parts.values())
        texts.update(run for run, _ in each.runs)
    pods = Pod.objects.filter(name__in=texts, attempt__action__run__in=visible)
    runs = visible.filter(name__in=texts)
    by_pod = pods.order_by("-pk").values_list("attempt__action__run_id", flat=True)
    by_run = runs.order_by("-created_at").values_list("pk", flat=True)
    return list(dict.fromkeys([*by_pod[:MOST_RUNS], *by_run[:MOST_RUNS]]))


def _by_values(url: str, visible: QuerySet[Run]) -> list[int]:
    """Else those of the newest runs whose context or labels stand in it."""
    text = _decoded(url)
    rows = visible.order_by("-created_at").values_list("pk", "context", "labels")[:NEWEST]
    newest = {run: list(maps) for run, *maps in rows}
    actions = Action.objects.filter(run__in=newest).order_by("-pk")[: NEWEST * 10]
    for run, *maps in actions.values_list("run_id", "context", "labels"):
        newest[run] += maps
    explained = [pk for pk, maps in newest.items() if _stands(text, maps)]
    return explained[:MOST_RUNS]


def _stands(text: str, maps: Iterable[dict[str, str] | None]) -> bool:
    values = (value for each in maps for value in (each or {}).values())
    return any(len(value) >= SHORTEST and value in text for value in values)


def _owners(runs: list[int], now: datetime) -> Iterator[Owner]:
    units = [unit for run in Run.objects.filter(pk__in=runs) for unit in _units(run)]
    for unit, facts in load_units(units).items():
        for view in views(Scope(facts, now), _EVERY_LEVEL):
            yield Owner(unit, facts, view)


def _units(run: Run) -> Iterator[Unit]:
    yield Unit(run.project_id, run.pk)
    actions = Action.objects.filter(run=run).order_by("name").values_list("pk", flat=True)
    for pk in actions[:MOST_ACTIONS]:
        yield Unit(run.project_id, run.pk, pk)


def _score(url: str, view: View) -> tuple[int, int]:
    """How much of the URL its values explain; of two alike the one that is as deep as they are."""
    text = _decoded(url)
    found: dict[str, int] = {}
    for name, reference, value in plain_texts(view.values()):
        if len(value) >= (2 if name in NAMES else SHORTEST) and value in text:
            found.setdefault(value, LEVELS.index(level_of(reference, view.scope.run)))
    own = LEVELS.index(view.subject.level)
    return sum(map(len, found)), -abs(own - max(found.values(), default=own))


def level_of(reference: str, run: RunFacts | None) -> str:
    """The widest level at which a link can read the variable."""
    name, _, key = reference.removeprefix(".").partition(".")
    if name in {"context", "taskConfig", "labels"}:
        of_run = run and {"context": run.context, "labels": run.labels}.get(name, {})
        return "run" if of_run and key in of_run else "action"
    variable = BY_NAME.get(name.casefold())
    return str(variable.level) if variable else "project" if name == "tool" else "pod"


def _decoded(url: str) -> str:
    return f"{url} {unquote(url)} {unquote(unquote(url))}"
