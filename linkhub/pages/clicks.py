"""Where a page's links tell that they were followed, by a beacon that delays nothing."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from linkhub.accounts.models import Project
from linkhub.lib.names import check_name
from linkhub.lib.storable import is_storable
from linkhub.links.direct import Address
from linkhub.links.read import ShownLink
from linkhub.links.usage.clicks import Clicked, buffer, clicked_of
from linkhub.pages.access import signed_in
from linkhub.pages.requests import Request

LONGEST_KEY = 255


def click_of(link: ShownLink) -> str:
    """What the beacon of the link says; empty where nothing is counted."""
    clicked = clicked_of(link.origin, link.project, link.key)
    return urlencode(clicked._asdict()) if clicked else ""


def count_redirect(request: Request, project: str, link: ShownLink | Address) -> None:
    """A link of `project` that `/go` leads to, unless a browser only fetches it ahead."""
    clicked = clicked_of(link.origin, project, link.key)
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if clicked and request.method == "GET" and not ahead:
        buffer.count(clicked)


# A beacon carries no token. Another site's has no cookie, and all it could do is to count.
@csrf_exempt
@require_POST
@signed_in
def clicked(request: Request) -> HttpResponse:
    """Always the same answer, so that nothing is learned of what is there."""
    owner, key = request.POST.get("owner", ""), request.POST.get("key", "")
    if _may_be(owner, key) and _may_see(request, owner):
        buffer.count(Clicked(owner, key))
    return HttpResponse(status=204)


def _may_be(owner: str, key: str) -> bool:
    """What cannot be stored would keep all that is held with it from being stored."""
    is_key = 0 < len(key) <= LONGEST_KEY and is_storable(key)
    return is_key and (not owner or not check_name(owner))


def _may_see(request: Request, owner: str) -> bool:
    return not owner or Project.objects.visible_to(request.user).filter(name=owner).exists()
