"""Every list of the API and what stands below a run, beside an empty answer for the same token."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.cases import Case, answer
from benchmarks.definitions import DEFINITIONS, RUN_KEY
from benchmarks.subjects import ACTIONS, LINKS, SIX_LINKS, Subjects
from benchmarks.web import Web

LIMIT = 50
RUN, LINK, ACTION, KEY = '"run":', '"level":', '"parent":', '"key":'


def cases(web: Web, about: Subjects) -> Iterator[Case]:
    project, linked = about.run.project, about.linked.api
    window, full = f"limit={LIMIT}", (RUN, LIMIT)
    workflow = f"/runs?project={project}&workflow={about.workflow}&{window}"
    asked = {
        "projects": ("/projects", (project, 1)),
        "50 runs": (f"/runs?{window}", full),
        "50 runs by their end": (f"/runs?order=-ended&{window}", full),
        "50 runs of a workflow": (workflow, full),
        "50 runs by the key of a link": (f"/runs?project={project}&key={RUN_KEY}&{window}", full),
        "50 links": (f"/links?{window}", full),
        "50 links of a project's tool": (f"/links?project={project}&tool=wandb&{window}", full),
        "a run of 12 actions": (linked, (ACTION, ACTIONS)),
        "its actions": (f"{linked}/actions", (ACTION, ACTIONS)),
        "its 50 links": (f"{linked}/links", (LINK, LINKS)),
        "the six links of an action": (f"{about.six.api}/actions/a0/links", (LINK, SIX_LINKS)),
        "definitions": ("/definitions", (KEY, len(DEFINITIONS))),
    }
    for name, (path, holds) in asked.items():
        yield answer(web, "api", f"GET {name}", path, holds=holds)
