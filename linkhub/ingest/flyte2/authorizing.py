"""How a Flyte 2 back end lets a program in: a bearer token, or OAuth 2 client credentials.

The back end itself does no authorization; what stands before it does, with the identity provider
that its AuthMetadataService names. An API key of Flyte's is client credentials in one text:
base64 of `endpoint:client_id:client_secret:org`.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from linkhub.ingest.flyte2.settings import Flyte2Settings
from linkhub.ingest.sources.connector import Opened
from linkhub.ingest.sources.errors import Denied, Misconfigured, Unreachable

METADATA = "/flyteidl2.auth.AuthMetadataService/GetOAuth2Metadata"
# A token is asked for anew so long before it ends.
EARLY_SECONDS = 60.0
JSON = "application/json"


@dataclass(frozen=True)
class Client:
    id: str
    secret: str


@dataclass(frozen=True)
class Token:
    value: str
    ends: float


# Of this process: a poll comes every few seconds, a token is good for long.
_tokens: dict[tuple[str, ...], Token] = {}
_lock = threading.Lock()


class Authorizer:
    """The headers of every call of one poll."""

    def __init__(self, opened: Opened[Flyte2Settings]) -> None:
        self._opened = opened
        self._settings = opened.settings
        secret = opened.credential.value if opened.credential else ""
        self._kind = self._settings.auth or ("bearer" if secret else "none")
        if self._kind != "none" and not secret:
            raise Misconfigured(
                f"auth is {self._kind}, and no variable with a credential is named."
            )
        self._secret = secret

    def headers(self) -> dict[str, str]:
        """Raises SourceError where a token cannot be had."""
        match self._kind:
            case "none":
                return {}
            case "bearer":
                token = self._secret
            case _:
                token = self._token()
        return {self._settings.header: f"Bearer {token}"}

    def refresh(self) -> bool:
        """Forget a token that was not taken; whether another one can be asked for."""
        if self._kind in ("none", "bearer"):
            return False
        with _lock:
            return _tokens.pop(self._key(self._client()), None) is not None

    def _token(self) -> str:
        client = self._client()
        key = self._key(client)
        with _lock:
            held = _tokens.get(key)
        if held is None or held.ends < time.monotonic():
            held = self._fetch(client)
            with _lock:
                _tokens[key] = held
        return held.value

    def _key(self, client: Client) -> tuple[str, ...]:
        settings = self._settings
        scope = (settings.token_url, settings.audience, *settings.scopes)
        return (self._opened.address, client.id, client.secret, *scope)

    def _client(self) -> Client:
        if self._kind == "client_secret":
            if not self._settings.client_id:
                raise Misconfigured("auth is client_secret, and client_id is not set.")
            return Client(self._settings.client_id, self._secret)
        try:
            decoded = base64.b64decode(self._secret, validate=True).decode()
            _, client_id, secret, _ = decoded.split(":", 3)
        except (binascii.Error, ValueError) as error:
            raise Misconfigured("The credential is not an API key of Flyte's.") from error
        return Client(client_id, secret)

    def _fetch(self, client: Client) -> Token:
        form = {"grant_type": "client_credentials"}
        if self._settings.scopes:
            form["scope"] = " ".join(self._settings.scopes)
        if self._settings.audience:
            form["audience"] = self._settings.audience
        pair = f"{client.id}:{quote_plus(client.secret)}".encode()
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": JSON,
        }
        answer = self._opened.http.post(self._token_url(), urlencode(form).encode(), headers)
        if answer.status >= 500 or answer.status == 429:
            raise Unreachable(f"The token endpoint answers {answer.status}.")
        if answer.status != 200:
            raise Denied(f"The token endpoint answers {answer.status} to the client credentials.")
        return _granted(answer.body)

    def _token_url(self) -> str:
        """Of the settings, else as the back end names it; a secret never leaves TLS for less."""
        if self._settings.token_url:
            return self._settings.token_url
        address = self._opened.address
        answer = self._opened.http.post(f"{address}{METADATA}", b"{}", {"Content-Type": JSON})
        try:
            url = json.loads(answer.body)["tokenEndpoint"]
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured(
                "The back end names no token endpoint: set token_url in the settings."
            ) from error
        if not isinstance(url, str) or (
            address.startswith("https://") and not url.startswith("https://")
        ):
            raise Misconfigured("The back end names a token endpoint without TLS.")
        return url


def _granted(body: bytes) -> Token:
    try:
        found = json.loads(body)
        value, seconds = found["access_token"], float(found.get("expires_in") or 300)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Denied("The token endpoint's answer holds no token.") from error
    if not isinstance(value, str) or not value.isprintable():
        raise Denied("The token endpoint's answer holds no token.")
    return Token(value, time.monotonic() + max(seconds - EARLY_SECONDS, seconds / 2))
