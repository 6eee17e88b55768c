"""The one judgement on every URL: when a definition is saved, when a link is resolved, when it is
shown and when it is redirected to.

It reads the string itself, never `urlsplit`, which drops tabs, newlines and leading control
characters before it looks, as browsers do. What a browser would read otherwise than these few
lines (a backslash, a host in Unicode or with `%`, `http:/host`) is refused, never mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from linkhub.lib.url_form import normalise_url, url_digest

__all__ = [
    "HostOrigin",
    "Refusal",
    "UrlPolicy",
    "check_url",
    "has_dot_segment",
    "host_of",
    "normalise_url",
    "url_digest",
]

MAX_LENGTH = 8_000

_PLAIN = re.compile(r"[!-\[\]-~]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\ufff9-\ufffb]"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"[^/?#]*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[0-9]{1,5}")
_MAYBE_DOTS = re.compile(r"[/#](?:\.|%2[eE])")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class HostOrigin(StrEnum):
    """Whose hand wrote the host."""

    ADMIN = "admin"
    ATTACHED = "attached"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """What is allowed, from the settings.

    Host globs know only `*`; one with a port (`*.example.com:8443`) matches that port alone, one
    without any. `tool_hosts` are exact, as `host_of` writes them.
    """

    schemes: frozenset[str] = frozenset({"http", "https"})
    max_length: int = MAX_LENGTH
    admin_hosts: tuple[str, ...] = ("*",)
    attached_hosts: tuple[str, ...] = ("*",)
    variable_hosts: tuple[str, ...] = ()
    tool_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a URL may not be shown. `rule` is a slug that stays; `message` is for people."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A URL's scheme, host and port, lower-case; the port is "" where none is known."""

    scheme: str
    host: str
    port: str


def check_url(url: str, *, origin: HostOrigin, policy: UrlPolicy) -> Refusal | None:
    """The first rule that a URL breaks, or None where it may be shown."""
    if len(url) > policy.max_length:
        return Refusal("length", f"{len(url)} characters; {policy.max_length} are allowed")
    refusal = None if _PLAIN.fullmatch(url) else _check_characters(url)
    if refusal:
        return refusal
    place = _place(url, policy.schemes)
    if isinstance(place, Refusal):
        return place
    if not _host_allowed(place, origin, policy):
        return Refusal("host", f"the host {place.host} is not allowed here")
    if has_dot_segment(url):
        return Refusal("dot-segment", "a `.` or `..` segment would lead elsewhere")
    return None


def host_of(url: str) -> str | None:
    """`host`, or `host:port` where the port is not the scheme's own; None where there is none."""
    scheme = _SCHEME.match(url)
    place = _place(url, frozenset({scheme[1].lower()})) if scheme else None
    return _exact(place) if isinstance(place, _Place) else None


def has_dot_segment(url: str) -> bool:
    """Whether a segment of the path, or of a path kept after `#`, is `.` or `..`.

    Percent-encoded dots count, as they do in browsers; so does `..;x`, for servers that drop what
    follows a `;`. Queries have no segments.
    """
    if not _MAYBE_DOTS.search(url):
        return False
    address, _, fragment = url.partition("#")
    path = address.partition("?")[0]
    scheme = _SCHEME.match(path)
    path = path[scheme.end() :] if scheme else path
    if path.startswith("//"):
        path = path[2:].partition("/")[2]
    segments = [*path.split("/"), *fragment.partition("?")[0].split("/")]
    return any(map(_is_dots, segments))


def _is_dots(segment: str) -> bool:
    name = segment.partition(";")[0]
    return len(name) <= 6 and name.lower().replace("%2e", ".") in (".", "..")


def _check_characters(url: str) -> Refusal | None:
    if not url:
        return Refusal("not-absolute", "there is no URL")
    if _LINE.search(url) or _CONTROL.search(url):
        return Refusal("control-character", "a URL may not hold control characters")
    if _BIDI.search(url):
        return Refusal("bidi", "a URL may not hold marks that turn the direction of writing")
    if _INVISIBLE.search(url):
        return Refusal("invisible-character", "a URL may not hold characters that nobody sees")
    if re.search(r"\s", url):
        return Refusal("white-space", "a URL may not hold blanks; a blank is written %20")
    if "\\" in url:
        return Refusal("backslash", "a URL may not hold a backslash")
    return None


def _place(url: str, schemes: frozenset[str]) -> _Place | Refusal:
    found = _SCHEME.match(url)
    if found is None:
        return Refusal("not-absolute", "a URL begins with a scheme such as https://")
    scheme = found[1].lower()
    if scheme not in schemes:
        return Refusal("scheme", f"the scheme {scheme[:20]} is not allowed")
    if not url.startswith("//", found.end()):
        return Refusal("not-absolute", f"expected // after {scheme}:")
    authority = _AUTHORITY.match(url, found.end() + 2)
    return _place_of(scheme, authority[0].lower() if authority else "")


# The same few hosts over and over: a page, or a batch, checks hundreds of URLs.
@lru_cache(maxsize=1_024)
def _place_of(scheme: str, authority: str) -> _Place | Refusal:
    if "@" in authority:
        return Refusal("userinfo", "a URL may not hold a user name or password")
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        host, colon, port = authority, "", ""
    if colon and not (_PORT.fullmatch(port) and int(port) <= 65_535):
        return Refusal("port", "the port is not a number up to 65535")
    host = _clean_host(host)
    if not host:
        return Refusal("host", "there is no host, or not one that all programs read alike")
    port = str(int(port)) if port else _DEFAULT_PORTS.get(scheme, "")
    return _Place(scheme, host, port)


def _clean_host(host: str) -> str:
    """The host in one spelling, or "" where it is none that every program reads alike."""
    if host.startswith("[") and host.endswith("]"):
        return _clean_ipv6(host[1:-1])
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        return ""
    if _NUMERIC.fullmatch(labels[-1]):
        return _clean_ipv4(host)
    return host


def _clean_ipv4(host: str) -> str:
    # Browsers read `2130706433`, `0x7f.1` and `127.1` as addresses; only four decimals are plain.
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        return ""


def _clean_ipv6(address: str) -> str:
    try:
        parsed = IPv6Address(address)
    except AddressValueError:
        return ""
    return "" if parsed.scope_id else f"[{parsed.compressed}]"


def _host_allowed(place: _Place, origin: HostOrigin, policy: UrlPolicy) -> bool:
    match origin:
        case HostOrigin.ADMIN:
            return _matches(place, policy.admin_hosts)
        case HostOrigin.ATTACHED:
            return _matches(place, policy.attached_hosts)
        case HostOrigin.VARIABLE:
            return _exact(place) in policy.tool_hosts or _matches(place, policy.variable_hosts)


def _exact(place: _Place) -> str:
    own = _DEFAULT_PORTS.get(place.scheme, "")
    return place.host if place.port == own else f"{place.host}:{place.port}"


def _matches(place: _Place, globs: Collection[str]) -> bool:
    return "*" in globs or any(_match_one(place, glob.lower()) for glob in globs)


def _match_one(place: _Place, glob: str) -> bool:
    host, colon, port = glob.rpartition(":")
    if not colon or "]" in port:
        host, port = glob, "*"
    # Only `*` is special: `[` begins an IPv6 address.
    pattern = host.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(place.host, pattern) and port in ("*", place.port)
