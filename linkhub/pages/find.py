"""What is found of a name, a pod or a pasted URL (`linkhub/links/finding.py`), as a page.

While one types, the search box asks for its suggestions as a partial of the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import User
from linkhub.links import finding
from linkhub.links.suggesting import suggest
from linkhub.pages.access import signed_in
from linkhub.pages.phases import ShownPhase, shown_phase
from linkhub.pages.rendering import asked_partial, page
from linkhub.pages.requests import Request

SUGGESTIONS = "find_suggestions"
ICONS = {
    "project": "folder",
    "workflow": "workflow",
    "run": "terminal",
    "action": "tree",
    "pod": "system",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; `kind` says what, `where` in which project, domain and run."""

    kind: str
    name: str
    href: str
    where: str
    phase: ShownPhase | None = None
    created_at: datetime | None = None

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "link")


@require_safe
@signed_in
def find(request: Request) -> HttpResponse:
    """`?q=` lists what is found; with `go=1`, as search boxes send it, a single hit is opened.

    Where nothing is found, `near` is what the text may be the beginning of.
    """
    query = request.GET.get("q", "").strip()
    if asked_partial(request) == SUGGESTIONS:
        return _page(request, query, [], _hits(suggest, request, query))
    hits = _hits(finding.find, request, query)
    if len(hits) == 1 and request.GET.get("go"):
        return redirect(hits[0].href)
    near = [] if hits else _hits(suggest, request, query)
    return _page(request, query, hits, near)


def _page(request: Request, query: str, hits: list[Hit], near: list[Hit]) -> HttpResponse:
    context = {"query": query, "hits": hits, "near": near, "now": timezone.now()}
    return page(request, "find.html", context, partials={SUGGESTIONS})


def _hits(
    search: Callable[[User, str], list[finding.Hit]], request: Request, query: str
) -> list[Hit]:
    """What is found, each page once, and nothing of what is longer than a URL may be."""
    if not 0 < len(query) <= settings.LINKHUB_MAX_URL_LENGTH:
        return []
    hits: dict[str, Hit] = {}
    for found in search(request.user, query):
        hit = _shown(found)
        hits.setdefault(hit.href, hit)
    return list(hits.values())


def _shown(found: finding.Hit) -> Hit:
    if found.kind != "link":
        kind, name = found.kind, found.name
    else:
        kind, name = f"link {found.name}", found.action or found.run or found.project
    around = [found.project, found.domain, found.run if found.action else None]
    where = " / ".join(each for each in around if each) if found.run else found.project_title
    phase = shown_phase(found.phase) if found.run else None
    return Hit(kind, name, found.page, where, phase, found.created_at)
