"""What the requests are about: a run in the middle of all, one with fifty links, one with six."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.copying import RECORDED, RESOLVED, delete
from benchmarks.definitions import URL_KEY
from benchmarks.ingesting import NEW, record
from benchmarks.runs import BLOCK, KINDS, documents, mark
from linkhub.links.backfill import mark_new_projects
from linkhub.links.models import Link
from linkhub.links.work import drain
from linkhub.runs.models import Pending, Pod, Run

# Two links of the run's own level, and four for each of so many actions with one pod each.
LINKS, ACTIONS = 50, 12
# Ends as the first block's names do, so that no other measurement takes it up.
LINKED, SIX = f"fifty-links-{mark(0)}", f"six-links-{mark(0)}"
# Two links of an action, and two for the pod of each attempt.
SIX_LINKS, SIX_ATTEMPTS = 6, 2
PATIENCE = 120.0


@dataclass(frozen=True)
class Place:
    project: str
    domain: str
    run: str

    @property
    def page(self) -> str:
        return f"/projects/{self.project}/{self.domain}/runs/{self.run}/"

    @property
    def api(self) -> str:
        return f"/projects/{self.project}/domains/{self.domain}/runs/{self.run}"

    @property
    def go(self) -> str:
        return f"/go/{self.project}/{self.domain}/{self.run}"


@dataclass(frozen=True)
class Subjects:
    """`run` lies in the middle of all by time; `other`, `pod`, `uid` and `url` are its own or of
    its `workflow`. `linked` has fifty links, the one action of `six` has six. `task` is the root
    action's of `run`.
    """

    run: Place
    other: Place
    linked: Place
    six: Place
    workflow: str
    task: str
    pod: str
    uid: str
    url: str


@contextmanager
def subjects(size: int, actions: int) -> Iterator[Subjects]:
    """Those of a database of `size` runs; what was recorded for them goes again."""
    block = list(documents(size // BLOCK // 2, actions=actions))
    place = block[0][:2]
    runs = record([_linked(*place, LINKED, ACTIONS, 1), _linked(*place, SIX, 1, SIX_ATTEMPTS)])
    try:
        mark_new_projects()
        if not drain(Pending.Lane.MAIN, seconds=PATIENCE):
            raise RuntimeError("the run with fifty links was not resolved in time")
        yield _found(block)
    finally:
        delete(RESOLVED, runs)
        delete(RECORDED, runs)


def _found(block: list[tuple[str, str, str, dict[str, Any]]]) -> Subjects:
    run, other = (Place(*block[at][:3]) for at in (0, len(KINDS)))
    row = Run.objects.get(project__name=run.project, domain=run.domain, name=run.run)
    pod = Pod.objects.filter(attempt__action__run=row).order_by("pk")[0]
    url = Link.objects.filter(run=row, key=URL_KEY, state="ready").order_by("pk")[0].url
    document = block[0][3]
    return Subjects(
        run=run,
        other=other,
        linked=Place(run.project, run.domain, LINKED),
        six=Place(run.project, run.domain, SIX),
        workflow=document["workflow"],
        task=document["actions"][0]["task"],
        pod=pod.name,
        uid=pod.uid,
        url=url,
    )


def _linked(
    project: str, domain: str, run: str, actions: int, attempts: int
) -> tuple[str, str, str, dict[str, Any]]:
    """A run that has succeeded, with a first action over and over again, tried so often."""
    _, _, name, document = next(documents(0, actions=1, age=NEW))
    root = document["actions"][0]
    tried = json.dumps(root["attempts"][-1] | {"pods": root["attempts"][-1]["pods"][:1]})
    root["attempts"] = [
        json.loads(tried.replace(f"{name}-a0", f"{name}-a0-{number}"))
        | {"number": number, "phase": "succeeded" if number == attempts else "failed"}
        for number in range(1, attempts + 1)
    ]
    root["phase"] = "succeeded"
    text = json.dumps(root)
    several = [json.loads(text.replace(f"{name}-a0", f"{run}-a{at}")) for at in range(actions)]
    for at, action in enumerate(several):
        action["name"] = f"a{at}"
        if at:
            action["parent"] = "a0"
    whole = document | {"phase": "succeeded", "actions": several, "links": []}
    return project, domain, run, whole
