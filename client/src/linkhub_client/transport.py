"""One HTTP request to LinkHub, by Python's own library."""

from __future__ import annotations

import json
from typing import Any

from linkhub_client import config
from linkhub_client.config import Config
from linkhub_client.problems import Refused, Unreachable

# Not now, but perhaps later: the write stays where it is.
LATER = frozenset({401, 408, 425, 429, 500, 502, 503, 504})
MOST_BYTES = 64 * 1024 * 1024


def request(settings: Config, method: str, path: str, body: Any = None) -> Any:
    """The JSON of the answer. Raises Unreachable where it may work later, Refused where not.

    Redirects are refused: following one would turn a write into a read, and could carry the
    token to another host.
    """
    import http.client  # here, for the sake of import time
    import urllib.error
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect)
    prepared = urllib.request.Request(  # noqa: S310 (http or https, by `config`)
        settings.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers=_headers(body is not None),
        method=method,
    )
    try:
        with opener.open(prepared, timeout=settings.timeout) as answer:
            return json.loads(answer.read(MOST_BYTES) or b"null")
    except urllib.error.HTTPError as error:
        with error:
            raise _problem(error) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"no answer from {settings.url}: {error}") from None
    except ValueError:
        raise Unreachable(f"{settings.url} does not answer in JSON; is it LinkHub?") from None


def _headers(with_body: bool) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "linkhub-client"}
    token = config.token()
    if token:
        headers["Authorization"] = "Bearer " + token
    if with_body:
        headers["Content-Type"] = "application/json"
    return headers


def _problem(error: Any) -> Exception:
    status = error.code
    if 300 <= status < 400:
        return Unreachable(f"LINKHUB_URL is redirected to {error.headers.get('Location')}")
    message = f"{status} {_detail(error) or error.reason}"
    if status in LATER:
        return Unreachable(message, _seconds(error.headers.get("Retry-After")))
    return Refused(message, status)


def _detail(error: Any) -> str:
    """The problem document's own words (RFC 9457), with the fields at fault."""
    try:
        problem = json.loads(error.read(100_000))
        faults = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in problem.get("errors", [])
        ]
        return "; ".join(filter(None, [problem.get("detail") or problem.get("title"), *faults]))
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return ""


def _seconds(retry_after: str | None) -> float:
    """Within reason; 0 for what is no number, such as a date."""
    try:
        seconds = float(retry_after or 0)
    except ValueError:
        return 0.0
    return min(seconds, 600.0) if seconds > 0 else 0.0
