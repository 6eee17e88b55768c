"""Every page that people browse, beside an empty page for the same person."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from benchmarks.cases import Case, page
from benchmarks.subjects import LINKS, SIX_LINKS, Subjects
from benchmarks.web import Web

RUN_BAR, LIST_BAR = 8.0, 12.0
RUNS, TOOLS = 50, 6
CHIP = 'class="chip ready'
# A row of the all-workflow table has the links of at least six tools.
ROWS = (CHIP, RUNS * TOOLS)
LISTS = "all-workflow links, 50 runs by 6 tools"
ENTRY = ('class="grow"', 1)


def cases(web: Web, about: Subjects) -> Iterator[Case]:
    project, run = f"/projects/{about.run.project}/", about.run.page
    workflow = f"{project}workflows/{about.workflow}/"
    other = quote(about.other.page, safe="")
    yield page(web, "pages", "home", "/", holds=(CHIP, TOOLS))
    yield page(web, "pages", "projects", "/projects/", holds=(project, 1))
    yield page(web, "pages", "project", project, holds=(CHIP, TOOLS))
    yield page(web, "pages", f"{LISTS}, a project", f"{project}links/", holds=ROWS, bar=LIST_BAR)
    yield of_instance(web)
    yield page(web, "pages", "workflow", workflow, holds=ROWS)
    yield page(
        web, "pages", "run with 50 links", about.linked.page, holds=(CHIP, LINKS), bar=RUN_BAR
    )
    yield page(web, "pages", "run", run, holds=(CHIP, TOOLS))
    six = f"{about.six.page}actions/a0/"
    yield page(web, "pages", "action with six links", six, holds=(CHIP, SIX_LINKS))
    yield page(
        web, "pages", "two runs compared", f"{run}compare/?with={other}", holds=(CHIP, 2 * TOOLS)
    )
    yield page(web, "pages", "palette", "/palette", holds=ENTRY)
    start = about.run.run[:3]
    yield page(web, "pages", "palette, 3 letters", f"/palette?q={start}", holds=ENTRY)


def of_instance(web: Web) -> Case:
    name = f"{LISTS}, the instance"
    return page(web, "pages", name, "/links/", holds=ROWS, bar=LIST_BAR)
