"""What the palette offers to do: the same everywhere, and what fits the page that it is opened on.

The page is known by its address alone. Nothing is looked up for it, so that a command for what
may not be seen differs in nothing from one for what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from linkhub.pages.go_addresses import own_address, resolved
from linkhub.pages.requests import Request
from linkhub.pages.saved_views import PAGES


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    href: str
    icon: str


def commands_for(request: Request, text: str) -> list[Command]:
    """Those whose name has every word of the text."""
    words = text.lower().split()
    found = [*_of_page(request), *_everywhere(request)]
    return [each for each in found if all(word in each.name.lower() for word in words)]


def _everywhere(request: Request) -> Iterator[Command]:
    yield Command("All workflow links", reverse("links"), "link")
    yield Command("All projects", reverse("projects"), "folder")
    yield Command("Saved views and feeds", reverse("views"), "bookmark")
    yield Command("Account and tokens", reverse("account"), "user")
    yield Command("Home", reverse("home"), "search")
    yield Command("API documentation", "/api/docs", "book")
    if request.user.is_superuser:
        yield Command("Admin", reverse("admin:index"), "settings")
        yield Command("Audit log", reverse("audit"), "clock")
        yield Command("Status of LinkHub", reverse("status"), "clock")
        yield Command("New link definition", reverse("admin:links_linkdefinition_add"), "plus")


def _of_page(request: Request) -> Iterator[Command]:
    """What fits the page that htmx says it asks for, or that a browser comes from."""
    headers = request.headers
    told = headers.get("HX-Current-URL") or headers.get("Referer", "")
    address = own_address(told, request.get_host())
    found = resolved(address)
    if found is None:
        return
    match, names = found[0], found[0].kwargs
    if match.url_name in ("run", "action"):
        keep = reverse(f"{match.url_name}_keep", kwargs=names)
        yield Command("Copy and pin links of this page", keep, "copy")
    if match.url_name in PAGES:
        save = f"{reverse('view_new')}?{urlencode({'of': address})}"
        yield Command("Save this page as a view", save, "bookmark")
    if "project" in names and match.namespace == "":
        project = [names["project"]]
        yield Command(
            "All workflow links of this project", reverse("project_links", args=project), "link"
        )
        yield Command("Pinned links of this project", reverse("pins", args=project), "pin")
        yield Command("Members of this project", reverse("members", args=project), "user")
