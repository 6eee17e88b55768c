"""The palette: wherever one wants to go, by a few letters. A dialog of every page, and a page.

Projects, workflows, pinned links, saved views, runs and commands; everything comes from the
server, from what the viewer may see now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from linkhub.accounts.models import User
from linkhub.lib.names import MAX_LENGTH
from linkhub.links.finding import Hit, visible_ids
from linkhub.links.suggesting import OF_A_KIND, projects_like, runs_like, workflows_like
from linkhub.pages import addresses
from linkhub.pages.access import signed_in
from linkhub.pages.commands import commands_for
from linkhub.pages.models import Pin, SavedView
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.saved_views import view_address
from linkhub.pages.stars import starred_by


@dataclass(frozen=True, slots=True)
class Entry:
    """Somewhere to go; `where` tells apart what has the same name."""

    name: str
    href: str
    where: str = ""
    icon: str = "link"


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: list[Entry]


@require_safe
@signed_in
def palette(request: Request) -> HttpResponse:
    """`?q=` narrows; without it, what one keeps and may do."""
    text = request.GET.get("q", "").strip()[:MAX_LENGTH]
    groups = [group for group in _groups(request, text) if group.entries]
    context = {"query": text, "groups": groups}
    return page(request, "palette.html", context, partials={"palette_results"})


def _groups(request: Request, text: str) -> Iterator[Group]:
    user, ids = request.user, visible_ids(request.user)
    if text:
        yield Group("Projects", _hits(projects_like(ids, text), "folder"))
        yield Group("Workflows", _hits(workflows_like(ids, text), "workflow"))
    else:
        yield from _starred(user)
    yield Group("Pinned links", [*_pins(user, ids, text)])
    yield Group("Saved views", [*_views(user, text)])
    if text:
        yield Group("Runs", _hits(runs_like(ids, text), "terminal"))
    commands = commands_for(request, text)
    yield Group("Commands", [Entry(each.name, each.href, icon=each.icon) for each in commands])


def _hits(hits: Iterable[Hit], icon: str) -> list[Entry]:
    return [Entry(hit.name, hit.page, _where(hit), icon) for hit in hits]


def _where(hit: Hit) -> str:
    if hit.kind == "project":
        return hit.project_title if hit.project_title != hit.name else ""
    return " / ".join(filter(None, [hit.project, hit.domain if hit.run else None]))


def _starred(user: User) -> Iterator[Group]:
    starred = starred_by(user)
    projects = [
        Entry(str(project), addresses.of_project(project.name), project.name, "star")
        for project in starred.projects
    ]
    workflows = [
        Entry(each.name, each.href, each.project.name, "star") for each in starred.workflows
    ]
    yield Group("Starred projects", projects)
    yield Group("Starred workflows", workflows)


def _pins(user: User, ids: list[int], text: str) -> Iterator[Entry]:
    """The user's own, then the teams'."""
    seen = Pin.objects.filter(Q(user=user) | Q(user=None), project__in=ids)
    named = seen.filter(title__icontains=text).select_related("project")
    for pin in named.order_by("user", "project__name", "position", "pk")[:OF_A_KIND]:
        whose = " · team" if pin.user_id is None else ""
        yield Entry(pin.title, pin.address, f"{pin.project.name}{whose}", "pin")


def _views(user: User, text: str) -> Iterator[Entry]:
    seen = SavedView.objects.visible_to(user).filter(name__icontains=text)
    for view in seen.select_related("user", "project").order_by("name", "pk")[:OF_A_KIND]:
        owner = "" if view.user_id == user.pk else f"by {view.user.get_username()}"
        yield Entry(view.name, view_address(view), owner, "bookmark")
