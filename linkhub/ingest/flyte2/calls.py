"""Connect's calls to a Flyte 2 back end, with JSON: unary ones, and streams in envelopes.

Source: connectrpc.com/docs/protocol. JSON needs no generated classes, and every Connect server
speaks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Never

from linkhub.ingest.flyte2.authorizing import Authorizer
from linkhub.ingest.sources.errors import Denied, Misconfigured, RunError, Unreachable
from linkhub.ingest.sources.http import Answer, Http, Stream
from linkhub.ingest.sources.messages import message_of

JSON = "application/json"
STREAM_JSON = "application/connect+json"
VERSION = {"Connect-Protocol-Version": "1"}
END_OF_STREAM = 0b10
HEAD = 5
MAX_MESSAGE = 16 * 1024 * 1024
# Of one thing that was asked, the back end being well.
OWN_FAULT = frozenset({"internal", "unknown", "data_loss"})
AGAIN = frozenset({"unavailable", "resource_exhausted", "deadline_exceeded", "aborted", "canceled"})


class Failed(RunError):
    """A call that the back end answered with an error of its own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"The back end answers {code}: {message}" if message else code)
        self.code = code


class Calls:
    """Calls of one poll. `stream` may be used by several threads at once."""

    def __init__(self, http: Http, address: str, authorizer: Authorizer) -> None:
        self._http = http
        self._address = address
        self._authorizer = authorizer

    def unary(self, procedure: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's message. Raises SourceError, or Failed for what was asked."""
        answer = self._post(procedure, message)
        if _is_unauthenticated(answer) and self._authorizer.refresh():
            answer = self._post(procedure, message)
        if answer.status != 200:
            _refuse(answer)
        return _message(answer)

    def _post(self, procedure: str, message: Mapping[str, Any]) -> Answer:
        headers = VERSION | {"Content-Type": JSON, "Accept-Encoding": "gzip"}
        headers |= self._authorizer.headers()
        url = f"{self._address}/flyteidl2.{procedure}"
        return self._http.post(url, json.dumps(message).encode(), headers)

    def stream(
        self, procedure: str, message: Mapping[str, Any], seconds: float
    ) -> Iterator[dict[str, Any]]:
        """Messages as they come, for `seconds` at most. Raises as `unary` does; a stream that
        ends with an error of the back end's ends quietly: it only ever brought hints."""
        body = json.dumps(message).encode()
        headers = VERSION | {"Content-Type": STREAM_JSON} | self._authorizer.headers()
        url = f"{self._address}/flyteidl2.{procedure}"
        framed = bytes(1) + len(body).to_bytes(4, "big") + body
        with self._http.stream("POST", url, framed, headers, seconds=seconds) as stream:
            if stream.status != 200:
                _refuse(Answer(stream.status, stream.headers, b"".join(stream.chunks)))
            yield from _messages(stream)


def _messages(stream: Stream) -> Iterator[dict[str, Any]]:
    held = bytearray()
    for chunk in stream.chunks:
        held += chunk
        while len(held) >= HEAD:
            size = int.from_bytes(held[1:HEAD], "big")
            if size > MAX_MESSAGE:
                raise Unreachable("A message of the stream is too large.")
            if len(held) < HEAD + size:
                break
            flags, data = held[0], bytes(held[HEAD : HEAD + size])
            del held[: HEAD + size]
            if flags & END_OF_STREAM:
                return
            yield message_of(data)


def _message(answer: Answer) -> dict[str, Any]:
    if not _is_json(answer):
        raise Misconfigured("The address answers with something else than JSON: it is no Flyte 2.")
    return message_of(answer.body)


def _refuse(answer: Answer) -> Never:
    code, message = _error(answer)
    match code:
        case "unauthenticated":
            raise Denied(f"The back end does not take the credentials ({answer.status}).")
        case "" if answer.status in (401, 403):
            raise Denied(f"The back end does not take the credentials ({answer.status}).")
        case "" if answer.status in (429, 500, 502, 503, 504):
            raise Unreachable(f"The back end answers {answer.status}.", _retry_after(answer))
        case "":
            raise Misconfigured(f"The address answers {answer.status}: it is no Flyte 2.")
        case code if code in AGAIN:
            raise Unreachable(f"The back end answers {code}: {message}", _retry_after(answer))
    raise Failed(code, message)


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message of a Connect error, empty where the answer is none."""
    try:
        found = json.loads(answer.body) if _is_json(answer) else {}
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(found, dict):
        return "", ""
    code, message = found.get("code"), found.get("message")
    clean = "".join(filter(str.isprintable, str(message or "")))
    return str(code or "")[:50].lower(), clean[:200]


def _is_json(answer: Answer) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON


def _is_unauthenticated(answer: Answer) -> bool:
    return answer.status == 401 or _error(answer)[0] == "unauthenticated"


def _retry_after(answer: Answer) -> float | None:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() and len(given) < 10 else None
