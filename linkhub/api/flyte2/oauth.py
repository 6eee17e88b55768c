"""OAuth 2 as the SDK does it for `auth_type="ClientSecret"` and API keys: client credentials.

The client secret is a LinkHub token that can ingest; the access token that comes back is the same
one, so that it is checked, limited and revoked like any other. The client id says nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from linkhub.accounts.tokens import check_token
from linkhub.api.auth import INGEST
from linkhub.api.flyte2.connect import Call
from linkhub.api.problems import Problem

EXPIRES_SECONDS = 3600
GRANT = "client_credentials"


def get_metadata(call: Call) -> dict[str, Any]:
    """`GetOAuth2Metadata`: no authorization endpoint, since nobody signs in in a browser here."""
    request = call.request
    return {
        "issuer": request.build_absolute_uri("/").rstrip("/"),
        "tokenEndpoint": request.build_absolute_uri(reverse("flyte2_token")),
        "tokenEndpointAuthMethodsSupported": ["client_secret_basic"],
        "grantTypesSupported": [GRANT],
    }


def get_client_config(_: Call) -> dict[str, Any]:
    return {"clientId": "linkhub", "authorizationMetadataKey": "authorization"}


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint (RFC 6749, 4.4)."""
    if request.POST.get("grant_type") != GRANT:
        return _refuse(400, "unsupported_grant_type")
    secret = _secret(request)
    try:
        usable = secret and check_token(secret) and INGEST.authenticate(request, secret)
    except Problem as problem:
        return _refuse(problem.status, "invalid_client", dict(problem.headers))
    if not usable:
        return _refuse(401, "invalid_client", {"WWW-Authenticate": 'Basic realm="LinkHub"'})
    granted = {"access_token": secret, "token_type": "Bearer", "expires_in": EXPIRES_SECONDS}
    return JsonResponse(granted, headers={"Cache-Control": "no-store"})


def _secret(request: HttpRequest) -> str:
    """Of `Basic base64(client_id:secret)`, the secret form-encoded as the SDK does."""
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return str(request.POST.get("client_secret", ""))
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return unquote_plus(decoded.partition(":")[2])


def _refuse(status: int, error: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers=headers)
