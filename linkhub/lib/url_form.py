"""One normal form for URLs, so that an address pasted from a browser finds its link."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# Only what may have another spelling: most characters of most URLs are left alone.
_PIECE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~/?#&=+%-]")
_CLEAN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~/?#&=+%-"
# A `%` that does not begin an escape as `_spell` would have it.
_RESPELLED = re.compile(r"%(?![01][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]|[89A-F][0-9A-F])")
# Most URLs are in the normal form: scheme and host, no port or empty part, nothing to respell.
_NORMAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[^?#]*(?:\?[^#]+)?(?:#.+)?", re.DOTALL)
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)([^#]*)(.*)", re.DOTALL)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# Bytes that mean one thing raw and another encoded; `%25` too stays as it came.
_MARKS = frozenset(b"/?#&=+%")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def ascii_url(url: str) -> str:
    """The same URL as a header can carry it: encoded as browsers do, all ASCII left as it came.

    More than that would change what some pages read behind a `#`.
    """
    return _BEYOND_ASCII.sub(lambda found: quote(found[0]), url)


def normalise_url(url: str) -> str:
    """The form that URLs are compared in; not meant to be opened. Never fails.

    Scheme and host lower-case, default port and trailing dot dropped, an empty path is `/`, an
    empty query or fragment is none, and every character is percent-encoded or plain by one rule,
    because browsers rewrite `'`, `|` or `é` when an address is copied.
    """
    return url if _is_normal(url) else _normalised(url)


def _is_normal(url: str) -> bool:
    """Whether the URL surely is in the normal form; several times quicker than to make it."""
    return _is_spelled(url, but=b":") and _NORMAL.fullmatch(url) is not None


def _normalised(url: str) -> str:
    text = url.strip()
    parts = _ADDRESS.fullmatch(text)
    if parts is None:
        return _one_spelling(text)
    scheme, authority = parts[1].lower(), parts[2].lower()
    host = authority.removesuffix(_DEFAULT_PORTS.get(scheme, "")).removesuffix(".")
    path, query, fragment = map(_one_spelling, (parts[3], parts[4], parts[5]))
    ends = (each for each in (query, fragment) if len(each) > 1)
    return f"{scheme}://{host}{path or '/'}{''.join(ends)}"


def url_digest(url: str) -> bytes:
    """16 bytes that stand for the normal form in an index."""
    return hashlib.sha256(normalise_url(url).encode("utf-8", "replace")).digest()[:16]


def _one_spelling(text: str) -> str:
    if _is_spelled(text):
        return text
    return _PIECE.sub(lambda found: _spell(found[0]), text)


def _is_spelled(text: str, *, but: bytes = b"") -> bool:
    """Whether `_spell` surely changes nothing, of characters `but` those."""
    odd = text.encode("utf-8", "backslashreplace").translate(None, _CLEAN)
    return odd == but and _RESPELLED.search(text) is None


@lru_cache(maxsize=4_096)
def _spell(piece: str) -> str:
    if len(piece) == 3:
        byte = int(piece[1:], 16)
        return chr(byte) if byte in _UNRESERVED else piece.upper()
    return "".join(map(_spell_byte, piece.encode("utf-8", "replace")))


def _spell_byte(byte: int) -> str:
    return chr(byte) if byte in _UNRESERVED or byte in _MARKS else f"%{byte:02X}"
