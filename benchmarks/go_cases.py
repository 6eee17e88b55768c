"""`/go` in its forms, beside an empty page for the same person."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.cases import Case, page
from benchmarks.definitions import ACTION_KEY, PROJECT_KEY, RUN_KEY
from benchmarks.subjects import Subjects
from benchmarks.web import Web

BAR = 3.0


def cases(web: Web, about: Subjects) -> Iterator[Case]:
    run, latest = about.run.go, f"/go/{about.run.project}/{about.run.domain}/latest"
    forms = {
        "to a run's link": f"{run}/{RUN_KEY}",
        "to an action's link": f"{run}/a0/{ACTION_KEY}",
        "to the latest run's link": f"{latest}/{RUN_KEY}",
        "to the latest succeeded of a workflow": (
            f"{latest}-succeeded/{RUN_KEY}?workflow={about.workflow}"
        ),
        "to the newest action of a task": f"{run}/{about.task}/{ACTION_KEY}",
        "to a project's link": f"/go/{about.run.project}/{PROJECT_KEY}",
    }
    for name, path in forms.items():
        yield page(web, "go", f"/go {name}", path, status=302, bar=BAR)
    yield page(web, "go", "/go showing where to, `+`", f"{run}/{RUN_KEY}+", holds=(RUN_KEY, 1))
