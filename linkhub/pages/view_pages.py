"""The pages of saved views: the list of them, keeping one, opening one, its feed's token."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from linkhub.accounts.models import Project, User
from linkhub.pages.access import signed_in
from linkhub.pages.feeds import create_feed_token, feed_address, revoke_feed_token
from linkhub.pages.go_addresses import own_address, resolved
from linkhub.pages.models import FeedToken, SavedView
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.saved_views import (
    LISTS,
    CannotKeep,
    page_address,
    read_address,
    save_view,
    view_address,
)
from linkhub.runs.models import NAME_LENGTH

MOST_SHARED = 200


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view as it is listed; only an `is_list` can have a feed. `shows` is its page's address."""

    name: str
    address: str
    shows: str
    owner: str
    project: Project | None
    shared: bool
    is_list: bool
    feed: FeedToken | None


@dataclass(frozen=True, slots=True)
class ViewsPage:
    mine: list[ViewRow]
    shared: list[ViewRow]


@dataclass(frozen=True, slots=True)
class NewView:
    """The form that keeps a view of the page `of`; `problem` is why it could not be kept.

    `back` is the page again, or the first one where `of` is no page: anybody can write a link
    that fills in this form.
    """

    of: str
    name: str
    shared: bool
    project: Project | None
    problem: str
    back: str


class ViewForm(forms.Form):
    of = forms.CharField(max_length=8000)
    name = forms.CharField(max_length=NAME_LENGTH)
    shared = forms.BooleanField(required=False)


@require_safe
@signed_in
def index(request: Request) -> HttpResponse:
    """One's own views, and those that are shared with projects that one may see."""
    found = SavedView.objects.visible_to(request.user).select_related("user", "project")
    tokens = {token.view_id: token for token in request.user.feed_tokens.all()}
    mine = found.filter(user=request.user).order_by("name", "slug")
    others = found.exclude(user=request.user).order_by("project__name", "name", "slug")
    shown = ViewsPage(_rows(mine, tokens), _rows(others[:MOST_SHARED], tokens))
    return page(request, "views/index.html", {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: Request) -> HttpResponse:
    """Keep the page `of`, or without that the page that one comes from."""
    if request.method == "POST":
        return _keep(request)
    of = request.GET.get("of") or request.headers.get("Referer", "")
    return _new_page(request, own_address(of, request.get_host()), "", shared=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    """Opening a view is going to its page; a form changes it, or makes the key of its feed."""
    views = SavedView.objects.visible_to(request.user).select_related("user", "project")
    view = views.filter(user__username=owner, slug=slug).first()
    if view is None:
        raise Http404("There is no such view, or you may not see it.")
    if request.method != "POST":
        return redirect(page_address(view))
    match request.POST.get("do"):
        case "feed" if _is_list(view):
            return _show_feed(request, view)
        case "revoke":
            revoke_feed_token(request.user, view)
        case "share" if view.user == request.user and _may_share(request.user, view):
            _set_shared(view, True)
        case "unshare" if _may_unshare(request.user, view):
            _set_shared(view, False)
        case "remove" if view.user == request.user:
            view.delete()
        case _:
            raise Http404("There is no such view, or you may not change it.")
    return redirect("views")


def _keep(request: Request) -> HttpResponse:
    form = ViewForm(request.POST)
    of, name = request.POST.get("of", ""), request.POST.get("name", "")
    shared = bool(request.POST.get("shared"))
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        return _new_page(request, of, name, shared=shared, problem=f"{field}: {problems[0]}")
    given = form.cleaned_data
    try:
        viewed = read_address(own_address(given["of"], request.get_host()))
        save_view(user=request.user, name=given["name"], viewed=viewed, shared=given["shared"])
    except CannotKeep as error:
        return _new_page(request, of, name, shared=shared, problem=str(error))
    return redirect("views")


def _new_page(
    request: Request, of: str, name: str, *, shared: bool, problem: str = ""
) -> HttpResponse:
    project, back = None, "/"
    try:
        viewed = read_address(of)
        project = _visible(request.user, viewed.project)
        back = of
    except CannotKeep as error:
        problem = problem or (str(error) if of else "")
    shown = NewView(of, name, shared, project, problem, back)
    return page(request, "views/new.html", {"page": shown})


def _show_feed(request: Request, view: SavedView) -> HttpResponse:
    """The answer alone has the address: it is not kept, and so shown this once."""
    address = request.build_absolute_uri(feed_address(view, create_feed_token(request.user, view)))
    response = page(request, "views/feed.html", {"view": view, "address": address})
    add_never_cache_headers(response)
    return response


def _rows(views: QuerySet[SavedView], tokens: dict[int, FeedToken]) -> list[ViewRow]:
    return [
        ViewRow(
            name=view.name,
            address=view_address(view),
            shows=page_address(view),
            owner=view.user.get_username(),
            project=view.project,
            shared=view.shared,
            is_list=_is_list(view),
            feed=tokens.get(view.pk),
        )
        for view in views
    ]


def _is_list(view: SavedView) -> bool:
    found = resolved(view.path)
    return found is not None and found[0].url_name in LISTS


def _may_share(user: User, view: SavedView) -> bool:
    return view.project is not None and _visible(user, view.project.name) is not None


def _visible(user: User, project: str) -> Project | None:
    return Project.objects.visible_to(user).filter(name=project).first()


def _set_shared(view: SavedView, shared: bool) -> None:
    SavedView.objects.filter(pk=view.pk).update(shared=shared)


def _may_unshare(user: User, view: SavedView) -> bool:
    project = view.project
    return view.user == user or (project is not None and project.is_maintained_by(user))
