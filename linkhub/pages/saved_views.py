"""Saved views: a page with its filters under a name, one's own or shared with a project.

A view is kept as an address of LinkHub's own and opened by a redirect to it, so it shows what
whoever opens it may see. Only with the project that it is of can a view be shared: its filters
may name what others of another project do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import slugify
from pydantic import ValidationError

from linkhub.accounts.models import Project, User
from linkhub.links.filters import Filters
from linkhub.pages.go_addresses import resolved
from linkhub.pages.models import SavedView

MOST = 200
# Lists of runs, and the filters that their own paths are.
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "links": (),
    "project_links": ("project",),
    "workflow": ("project", "workflow"),
}
PAGES: Final = frozenset({*LISTS, "project", "run", "action", "find"})
# Where one stands in a list is no part of what one looks for.
PLACES: Final = ("after", "show")


class CannotKeep(ValueError):
    """No view can be kept of this; the message says why."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A page with its filters. `project` is what it is all of, `""` where it is of several.

    `filters` are those of a list of runs, None of any other page.
    """

    path: str
    query: str
    project: str
    filters: Filters | None


def read_address(address: str) -> Viewed:
    """What an address of LinkHub's own shows. Raises CannotKeep."""
    found = resolved(address)
    if found is None or found[0].url_name not in PAGES:
        raise CannotKeep("A view can be kept of lists, projects, workflows, runs and searches.")
    match, query = found
    query = query.copy()
    for name in PLACES:
        query.pop(name, None)
    name = match.url_name or ""
    filters = _filters(name, match.kwargs, query) if name in LISTS else None
    project = match.kwargs.get("project", "")
    if not project and filters and len(filters.project) == 1:
        project = filters.project[0]
    return Viewed(reverse(name, kwargs=match.kwargs), query.urlencode(), project, filters)


def _filters(name: str, names: Mapping[str, str], query: QueryDict) -> Filters:
    given = {each: query.getlist(each) for each in Filters.model_fields if each in query}
    try:
        return Filters.model_validate(given | {each: [names[each]] for each in LISTS[name]})
    except ValidationError as error:
        first = error.errors()[0]
        raise CannotKeep(f"{first['loc'][0]}: {first['msg']}") from error


def of_view(view: SavedView) -> Viewed:
    """Raises CannotKeep where an update of LinkHub no longer knows the page."""
    return read_address(page_address(view))


def page_address(view: SavedView) -> str:
    """The page that the view is of, with its filters."""
    return f"{view.path}?{view.query}" if view.query else view.path


def view_address(view: SavedView) -> str:
    """The view's own address, which stays when its owner changes what it shows."""
    return reverse("view", args=[view.user.get_username(), view.slug])


def save_view(*, user: User, name: str, viewed: Viewed, shared: bool) -> SavedView:
    """Keep it; under a name that is there, in its place. Raises CannotKeep."""
    project = Project.objects.visible_to(user).filter(name=viewed.project).first()
    if viewed.project and project is None:
        raise CannotKeep("There is no such project, or you may not see it.")
    if shared and project is None:
        raise CannotKeep("Only a view of one project can be shared: filter by it first.")
    slug = slugify(name)[:240] or "view"
    values = {"name": name, "path": viewed.path, "query": viewed.query}
    places = {"project": project, "shared": shared}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        view, made = SavedView.objects.update_or_create(
            user=user, slug=slug, defaults=values | places
        )
        if made and user.saved_views.count() > MOST:
            raise CannotKeep(f"At most {MOST} views are kept: remove one first.")
    return view
