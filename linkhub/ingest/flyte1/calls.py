"""Calls to flyteadmin's REST gateway.

A program is let in with a bearer token, or with OAuth 2 client credentials at the token endpoint
that flyteadmin names (RFC 8414).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Never, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from linkhub.ingest.flyte1.messages import Message
from linkhub.ingest.flyte2.authorizing import Authorizer
from linkhub.ingest.sources.connector import Opened
from linkhub.ingest.sources.errors import Denied, Misconfigured, RunError, RunGone, Unreachable
from linkhub.ingest.sources.http import Answer, Http
from linkhub.ingest.sources.messages import message_of
from linkhub.lib.plain_errors import plain_message

M = TypeVar("M", bound=Message)
METADATA = "/.well-known/oauth-authorization-server"
# What the gateway is asked for so that it answers in snake_case.
JSON = "application/json"
LIMIT = 100
# Of gRPC, as the gateway gives them.
NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED = 5, 7, 16
# The whole back end's trouble, for a while.
AGAIN = frozenset({1, 4, 8, 10, 14})


class Flyte1Authorizer(Authorizer):
    """The headers of every call of one poll; only the token endpoint is found otherwise."""

    def __init__(self, opened: Opened[Any]) -> None:
        super().__init__(opened)

    def _token_url(self) -> str:
        """Of the settings, else as flyteadmin names it; a secret never leaves TLS for less."""
        if self._settings.token_url:
            return self._settings.token_url
        address = self._opened.address
        answer = self._opened.http.get(f"{address}{METADATA}", {"Accept": JSON})
        try:
            url = json.loads(answer.body)["token_endpoint"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Misconfigured(
                "The back end names no token endpoint: set token_url in the settings."
            ) from error
        if not isinstance(url, str) or (
            address.startswith("https://") and not url.startswith("https://")
        ):
            raise Misconfigured("The back end names a token endpoint without TLS.")
        return url


class Calls:
    """Calls of one poll."""

    def __init__(self, http: Http, address: str, authorizer: Authorizer) -> None:
        self._http = http
        self._address = address
        self._authorizer = authorizer

    def get(self, path: tuple[str, ...], **query: str | int) -> dict[str, Any]:
        """The message at /api/v1/…; each part of `path` is a name. Raises SourceError, RunError."""
        url = f"{self._address}/api/v1/{'/'.join(quote(part, safe='') for part in path)}"
        if asked := {name.replace("__", "."): value for name, value in query.items()}:
            # A plus sign joins filters, and has to travel as %2B.
            url += f"?{urlencode(asked)}"
        answer = self._get(url)
        if answer.status == 401 and self._authorizer.refresh():
            answer = self._get(url)
        if answer.status != 200:
            _refuse(answer)
        if not _is_json(answer):
            raise Misconfigured("The address answers with something else than JSON: no Flyte 1.")
        return message_of(answer.body)

    def pages(
        self, path: tuple[str, ...], items: str, *, token: str = "", **query: str
    ) -> Iterator[tuple[list[Any], str]]:
        """Each page's items, with the token of the next one, empty after the last.

        A token is an offset, and is given whenever the page was full: the last may be empty.
        """
        while True:
            answer = self.get(path, limit=LIMIT, token=token, **query)
            found, following = answer.get(items) or [], str(answer.get("token") or "")
            if not isinstance(found, list):
                raise RunError(f"What the back end says is not valid: {items} is no list.")
            yield found, following
            if not following:
                return
            if following == token or not found:
                raise RunError("The list's pages do not advance.")
            token = following

    def _get(self, url: str) -> Answer:
        headers = {"Accept": JSON, "Accept-Encoding": "gzip"} | self._authorizer.headers()
        return self._http.get(url, headers)


def read_as(kind: type[M], given: Any) -> M:
    """A message of the answer. Raises RunError with the field at fault."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(
            f"What the back end says is not valid: {where}: {plain_message(first['msg'])}."
        ) from error


def _refuse(answer: Answer) -> Never:
    code, message = _error(answer)
    if code in (UNAUTHENTICATED, PERMISSION_DENIED) or answer.status in (401, 403):
        raise Denied(f"The back end does not take the credentials ({answer.status}).")
    if code in AGAIN or answer.status in (429, 502, 503, 504):
        raise Unreachable(f"The back end answers {answer.status}.", _retry_after(answer))
    if code == NOT_FOUND:
        raise RunGone("The back end has no such execution.")
    if code is not None:
        raise RunError(f"The back end answers {answer.status}: {message}")
    if answer.status >= 500:
        raise Unreachable(f"The back end answers {answer.status}.", _retry_after(answer))
    raise Misconfigured(f"The address answers {answer.status}: it is no Flyte 1.")


def _error(answer: Answer) -> tuple[int | None, str]:
    """The gateway's `{"code", "message"}`; no code where the answer is none of its own."""
    try:
        found = json.loads(answer.body) if _is_json(answer) else None
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(found, Mapping) or not isinstance(found.get("code"), int):
        return None, ""
    message = str(found.get("message") or found.get("error") or "")
    return int(found["code"]), "".join(filter(str.isprintable, message))[:200]


def _is_json(answer: Answer) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON


def _retry_after(answer: Answer) -> float | None:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() and len(given) < 10 else None
