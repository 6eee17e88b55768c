"""LinkHub's own paths, made from names.

In a path `/` travels as `~2F`, `~` as `~7E`, and a name that is `.` or `..` as `~2E`, `~2E~2E`;
all else is percent-encoded.
"""

from __future__ import annotations

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def quote(text: str, safe: bytes = b"") -> str:
    """Percent-encode all but RFC 3986's unreserved characters and `safe`.

    As `urllib.parse.quote` does, whose import alone takes longer than this whole package's.
    """
    return "".join(
        chr(byte) if byte in _UNRESERVED or byte in safe else f"%{byte:02X}"
        for byte in text.encode("utf-8")
    )


def segment(name: str) -> str:
    if name in (".", ".."):
        return name.replace(".", "~2E")
    return quote(name.replace("~", "~7E").replace("/", "~2F"))


def unsegment(segment: str) -> str:
    """The name that a segment of an address stands for."""
    from urllib.parse import unquote  # here, for the sake of import time

    plain = unquote(segment)
    for escape, character in (("~2E", "."), ("~2F", "/"), ("~7E", "~")):
        plain = plain.replace(escape, character)
    return plain


def api_run(project: str, domain: str, run: str, action: str | None = None) -> str:
    """The path of a run or an action in the API."""
    names = (segment(project), segment(domain), segment(run))
    path = "/api/v1/projects/{}/domains/{}/runs/{}".format(*names)
    return path if action is None else f"{path}/actions/{segment(action)}"


def page(project: str, domain: str, run: str, action: str | None = None) -> str:
    """The path of the page of a run or an action."""
    path = f"/projects/{segment(project)}/{segment(domain)}/runs/{segment(run)}/"
    return path if action is None else f"{path}actions/{segment(action)}/"


def go(project: str, domain: str, run: str, action: str | None, key: str) -> str:
    """The path that redirects to a link; `run` may be `latest` and the like."""
    names = [project, domain, run, *([] if action is None else [action]), key]
    return "/go/" + "/".join(map(segment, names))
