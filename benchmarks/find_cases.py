"""Finding by each kind of thing that one may have of a run, as a page and by the API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from benchmarks.cases import Case, answer, page
from benchmarks.subjects import Subjects
from benchmarks.web import Web


def cases(web: Web, about: Subjects) -> Iterator[Case]:
    sought = {
        "a run's name": about.run.run,
        "a pod's name": about.pod,
        "a pod's uid": about.uid,
        "a URL": about.url,
    }
    found = (about.run.run, 1)
    for name, text in sought.items():
        query = f"/find?q={quote(text, safe='')}"
        yield page(web, "find", f"find page by {name}", query, holds=found)
        yield answer(web, "find", f"GET find by {name}", query, holds=found)
