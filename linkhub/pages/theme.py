"""Light or dark: by the system's preference, or as the viewer chose here.

The choice is a cookie that the page itself is written by, so that no page shows the wrong colours
first, and none needs JavaScript. With it the switch alone is swapped, and the stylesheet goes by
which of its buttons is pressed.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from linkhub.pages.rendering import asked_partial

COOKIE: Final = "theme"
THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """`light`, `dark`, or `""` where the system decides."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep `theme` (`light`, `dark`, anything else for the system's) and go back to `next`."""
    theme = request.POST.get("theme", "")
    theme = theme if theme in THEMES else ""
    response: HttpResponse = redirect(_back(request))
    if asked_partial(request) == "theme":
        shown = {"theme": theme, "back": _back(request)}
        response = render(request, "components/theme.html", shown)
    if theme:
        response.set_cookie(COOKIE, theme, YEAR, samesite="Lax", secure=settings.HTTPS)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    """Where the viewer was, if that is here: no form of elsewhere sends anybody away."""
    address = request.POST.get("next", "")
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(address, here, require_https=request.is_secure()):
        return address
    return resolve_url("home")
