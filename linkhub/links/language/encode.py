"""Percent-encoding of one value by where it stands in a URL (RFC 3986).

Only unreserved characters pass plain, so a value can never end the part it stands in. A blank is
`%20` everywhere: `+` means a blank in a query string alone, and many tools keep state after `#`.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from linkhub.links.language.errors import Refused

_unreserved = re.compile(r"[A-Za-z0-9._~-]*").fullmatch
_host = re.compile(r"[A-Za-z0-9._-]+").fullmatch
_port = re.compile(r"[0-9]{1,5}").fullmatch

# What `pchar` allows beyond unreserved: all that a tool's own safe set may ask for in a path.
PATH_EXTRAS = frozenset("!$&'()*+,;=:@")

# Beginnings that would run or leave the site if some page used the value on its own.
_dangerous = re.compile(r"\s*(?://|(?:javascript|data|vbscript)\s*:)", re.IGNORECASE).match


def encode_query(value: str) -> str:
    """Encode a key or value of a query string."""
    # "replace": a lone surrogate has no UTF-8 form; it becomes `?`, encoded.
    return value if _unreserved(value) else quote(value, "", "utf-8", "replace")


encode_fragment = encode_query


def encode_path(value: str, safe: str = "") -> str:
    """Encode one path segment; `safe` widens what passes plain where a tool keeps more."""
    return value if _unreserved(value) else quote(value, safe, "utf-8", "replace")


def check_host(value: str) -> str:
    """A piece of a host name as it is. Raises Refused: nothing may be encoded in a host."""
    if not _host(value):
        raise Refused("host", "a value in the host may hold only letters, digits, `.`, `-`, `_`")
    return value


def check_port(value: str) -> str:
    """A port as it is. Raises Refused where it is not a number of at most 5 digits."""
    if not _port(value):
        raise Refused("port", "a value in the port must be a number")
    return value


def check_raw(value: str) -> str:
    """A value that opted out of encoding. Raises Refused where it begins like a script or host."""
    if _dangerous(value):
        raise Refused("raw-value", "a raw value may not begin with `//` or a script's scheme")
    return value
