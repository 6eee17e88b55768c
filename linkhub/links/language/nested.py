"""Encoders for a value inside another language, applied before percent-encoding, innermost first.

Those named `…_inner` give what stands between the quotes, where the template writes them itself.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from urllib.parse import quote

# `json.dumps` would make an encoder a call.
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_RISON_ID = re.compile(r"[A-Za-z_./~%+\x80-\U0010ffff][A-Za-z0-9_./~%+\x80-\U0010ffff-]*")
_JSURL_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")


def well_formed(value: str) -> str:
    """The text without lone surrogates, which no encoding of the web can carry."""
    return value.encode("utf-8", "replace").decode("utf-8")


def json_string(value: str) -> str:
    """A JSON string with its quotes."""
    return _JSON(value)


def json_inner(value: str) -> str:
    """The inside of a JSON string."""
    return json_string(value)[1:-1]


def logql(value: str) -> str:
    """A LogQL or PromQL string literal with its quotes.

    Both follow Go, whose escapes are a superset of JSON's except `\\/` and surrogate pairs; with
    `ensure_ascii` off neither is written.
    """
    return _JSON(value)


def rison(value: str) -> str:
    """A rison string, quoted where rison needs it (Kibana, OpenSearch Dashboards, Superset).

    Not by the library `prison`: it looks at the first line alone to see whether to quote, so that
    what comes after a newline could add keys to the state.
    """
    return value if _RISON_ID.fullmatch(value) else f"'{rison_inner(value)}'"


def rison_inner(value: str) -> str:
    """The inside of a quoted rison string."""
    return value.replace("!", "!!").replace("'", "!'")


def regex_escape(value: str) -> str:
    """A regular expression that matches exactly this text (RE2, Go, Python)."""
    return re.escape(value)


def to_base64(value: str | bytes) -> str:
    """Standard base64; its `+/=` are percent-encoded afterwards as everything is."""
    return base64.b64encode(_bytes(value)).decode("ascii")


def to_base64url(value: str | bytes) -> str:
    """The URL-safe alphabet of base64, without padding."""
    return base64.urlsafe_b64encode(_bytes(value)).decode("ascii").rstrip("=")


def to_gzip(value: str | bytes) -> bytes:
    """Compressed with gzip; the same text always gives the same bytes."""
    packed = gzip.compress(_bytes(value), mtime=0)
    # The tenth byte names the system that packed it, which not every Python writes alike.
    return packed[:9] + b"\xff" + packed[10:]


def cloudwatch(value: str) -> str:
    """A log group or stream in a CloudWatch console address: encoded twice, with `$` for `%`."""
    return quote(quote(value, ""), "").replace("%", "$")


def jsurl(value: str) -> str:
    """The inside of a string in CloudWatch Insights' `queryDetail` (JSURL), after its `'`."""
    return _JSURL_PLAIN.sub(_jsurl_escape, value)


def _jsurl_escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"*{number:02x}"
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"**{units[at : at + 4]}" for at in range(0, len(units), 4))


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8")
