"""Atom feeds of saved views, read by a token of their own.

A feed shows what the token's owner may see at that moment: who lost access lost the feed. The
token stands in the query, as readers take nothing but an address; what logs tell of a request
ends before it (`linkhub/lib/logs.py`).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import Project, User
from linkhub.links.filters import Filters, OrderName
from linkhub.links.read import links_in_brief
from linkhub.links.run_listing import page_of_runs
from linkhub.pages.atom import CONTENT_TYPE, RunFeed
from linkhub.pages.models import FeedToken, SavedView
from linkhub.pages.saved_views import CannotKeep, Viewed, of_view, page_address, view_address

ENTRIES = 50
# Writing on every poll would cost more than reading.
LAST_USED_RESOLUTION = timedelta(minutes=10)
PRIVATE: Final = {"Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
NOT_THERE = "There is no such feed, or its token was revoked."


@transaction.atomic
def create_feed_token(user: User, view: SavedView) -> str:
    """The secret, shown only this once; one made before for this view opens nothing any more."""
    secret = "lhf_" + secrets.token_urlsafe(27)
    values = {"prefix": secret[:12], "digest": _digest(secret), "last_used_at": None}
    FeedToken.objects.update_or_create(user=user, view=view, defaults=values)
    _record(user, view, "created")
    return secret


@transaction.atomic
def revoke_feed_token(user: User, view: SavedView) -> None:
    if FeedToken.objects.filter(user=user, view=view).delete()[0]:
        _record(user, view, "revoked")


def feed_address(view: SavedView, secret: str = "") -> str:
    """Without the secret the feed's name, with it what readers are given."""
    address = reverse("view_feed", args=[view.user.get_username(), view.slug])
    return f"{address}?token={secret}" if secret else address


@require_safe
def feed(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    """The newest runs of the view, each with its links; not signed in, by token alone."""
    token = _usable_token(request.GET.get("token", ""), owner, slug)
    try:
        viewed = of_view(token.view)
    except CannotKeep as error:
        raise Http404(NOT_THERE) from error
    if viewed.filters is None or not _may_see(token.user, viewed):
        raise Http404(NOT_THERE)
    body = _atom(request, token, viewed, viewed.filters)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', **PRIVATE}
    response = HttpResponse(body, content_type=CONTENT_TYPE, headers=headers)
    answer = get_conditional_response(request, etag=headers["ETag"], response=response)
    return cast(HttpResponse, answer)


def _usable_token(secret: str, owner: str, slug: str) -> FeedToken:
    """The token of this view with this secret, of somebody who may still open the view."""
    tokens = FeedToken.objects.filter(view__user__username=owner, view__slug=slug)
    related = tokens.select_related("user", "view__user", "view__project")
    token = related.filter(digest=_digest(secret), user__is_active=True).first()
    if token is None or not _opens(token):
        raise Http404(NOT_THERE)
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        FeedToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _opens(token: FeedToken) -> bool:
    return SavedView.objects.visible_to(token.user).filter(pk=token.view_id).exists()


def _may_see(user: User, viewed: Viewed) -> bool:
    projects = Project.objects.visible_to(user)
    return not viewed.project or projects.filter(name=viewed.project).exists()


def _atom(request: HttpRequest, token: FeedToken, viewed: Viewed, filters: Filters) -> bytes:
    viewer = token.user
    order: OrderName = "-ended" if "order=-ended" in viewed.query.split("&") else "-created"
    found, _ = page_of_runs(viewer, filters, order=order, limit=ENTRIES, cursor=None)
    links = links_in_brief(found, now=timezone.now())
    feed = RunFeed(
        request,
        title=token.view.name,
        page=page_address(token.view),
        address=feed_address(token.view),
        began=token.created_at,
    )
    for run in found:
        feed.add_run(run, links.get(run.pk, []))
    return feed.text()


def _record(user: User, view: SavedView, action: str) -> None:
    name = f"feed of {view_address(view)}"
    record_change(actor=user, action=action, kind="token", name=name, project=view.project)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
