"""Liveness, readiness and metrics: for machines, so without sign-in."""

from __future__ import annotations

import ipaddress
import threading
import time

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from linkhub.accounts.addresses import address_of
from linkhub.seeing.condition import Condition, look
from linkhub.seeing.exposing import exposition

BEARER = "Bearer "


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_: HttpRequest) -> JsonResponse:
    """Each part in a word, and sentences for those that are not well.

    503 where nothing could be served. Without Redis or workers pages can: what waits is caught
    up with later.
    """
    found = _recent.condition()
    parts = {part.name: part.state for part in found.parts}
    degraded = [part.said for part in found.troubles]
    status = 200 if found.serves else 503
    return JsonResponse({**parts, "degraded": degraded}, status=status)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whom the operator lets read it; for others there is nothing here."""
    if not _may_read(request):
        raise Http404("There is nothing here.")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.LINKHUB_METRICS_TOKEN
    sent = request.headers.get("Authorization", "")
    if token and sent.startswith(BEARER):
        return constant_time_compare(sent.removeprefix(BEARER), token)
    address = address_of(request.META)
    if not address:
        return False
    here = ipaddress.ip_address(address)
    return any(here in network for network in settings.LINKHUB_METRICS_NETWORKS)


class Recent:
    """The last look, for a second: anybody may ask, and it costs the database some questions."""

    SECONDS = 1.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[float, Condition] | None = None

    def condition(self) -> Condition:
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > self.SECONDS:
                self._found = time.monotonic(), look()
            return self._found[1]


_recent = Recent()
