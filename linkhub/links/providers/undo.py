"""What went into a filter of a template, from what came out of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote

from linkhub.links.language.syntax import Expression, Filter
from linkhub.links.providers.logql import literal_prefix

_JSURL: Final = re.compile(r"(?:\*\*[0-9a-f]{4})+|\*[0-9a-f]{2}")
_MOST_UNPACKED: Final = 100_000
_TIMES: Final = frozenset({"epoch", "epoch_ms", "epoch_us", "iso", "shift"})
_UNCHANGED: Final = frozenset({"default", "raw"})


def is_time(expression: Expression) -> bool:
    """Whether it writes a time: that does not say what a link is for."""
    name = expression.reference.name.lower()
    return name.endswith(("time", "endtime")) or any(
        each.name in _TIMES for each in expression.filters
    )


def can_undo(expression: Expression) -> bool:
    return all(map(_can_undo, expression.filters))


def _can_undo(each: Filter) -> bool:
    # What was replaced by nothing is lost; else the way back is the likeliest one, not the only.
    if each.name == "replace":
        return bool(each.arguments[1])
    return each.name in _UNDO or each.name in _UNCHANGED


def undo(expression: Expression, text: str) -> str | None:
    """The value that gave this text, or None where none did."""
    for each in reversed(expression.filters):
        try:
            text = _undo_one(each, text)
        except (ValueError, OSError, EOFError, zlib.error, binascii.Error):
            return None
    return text


def _undo_one(each: Filter, text: str) -> str:
    if each.name == "replace":
        old, new = map(str, each.arguments)
        return text.replace(new, old)
    return text if each.name in _UNCHANGED else _UNDO[each.name](text)


def _json(text: str) -> str:
    return str(json.loads(text))


def _json_inner(text: str) -> str:
    return str(json.loads(f'"{text}"'))


def _rison_inner(text: str) -> str:
    return re.sub(r"!(.)", r"\1", text)


def _rison(text: str) -> str:
    return _rison_inner(text[1:-1]) if text[:1] == text[-1:] == "'" else text


def _regex_escape(text: str) -> str:
    value, rest = literal_prefix(text)
    if rest:
        raise ValueError("not a literal")
    return value


def _cloudwatch(text: str) -> str:
    return unquote(unquote(text.replace("$", "%"), errors="strict"), errors="strict")


def _jsurl(text: str) -> str:
    return _JSURL.sub(_jsurl_piece, text)


def _jsurl_piece(found: re.Match[str]) -> str:
    if found[0].startswith("**"):
        return bytes.fromhex(found[0].replace("**", "")).decode("utf-16-be")
    return chr(int(found[0][1:], 16))


def _base64(text: str) -> str:
    """With what `gzip` before it packed: bytes travel as Latin-1 from here to there."""
    return base64.b64decode(text, validate=True).decode("latin-1")


def _gzip(text: str) -> str:
    packed = text.encode("latin-1")
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(packed, _MOST_UNPACKED)
    return unpacked.decode("utf-8")


_UNDO: Final[Mapping[str, Callable[[str], str]]] = {
    "json": _json,
    "json_inner": _json_inner,
    "logql": _json,
    "logql_inner": _json_inner,
    "rison": _rison,
    "rison_inner": _rison_inner,
    "regex_escape": _regex_escape,
    "cloudwatch": _cloudwatch,
    "jsurl": _jsurl,
    "base64": _base64,
    "gzip": _gzip,
}

__all__ = ["can_undo", "is_time", "undo"]
