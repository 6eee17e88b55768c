"""Which of some links lead to what is broken, for pages and API: two queries, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.conf import settings

from linkhub.lib.url_form import url_digest
from linkhub.links.checking.models import Target
from linkhub.links.shown import ShownLink

K = TypeVar("K")


class Mark(NamedTuple):
    reason: str
    checked_at: datetime | None


def with_marks(shown: Mapping[K, Sequence[ShownLink]]) -> dict[K, Sequence[ShownLink]]:
    """The same links; those that lead to a broken target say so. Off unless hosts are allowed."""
    if not settings.LINKHUB_CHECK_HOSTS:
        return dict(shown)
    urls = {link.url for links in shown.values() for link in links if link.url and link.tool}
    marks = _marks(urls)
    if not marks:
        return dict(shown)
    return {key: _with_marks(links, marks) for key, links in shown.items()}


def _marks(urls: Iterable[str]) -> dict[str, Mark]:
    broken = Target.objects.filter(state=Target.State.BROKEN, tool__check_links=True)
    if not broken.exists():
        return {}
    digests = {url_digest(url): url for url in urls}
    rows = broken.filter(digest__in=list(digests)).values_list("digest", "reason", "checked_at")
    return {digests[bytes(digest)]: Mark(reason, at) for digest, reason, at in rows}


def _with_marks(links: Sequence[ShownLink], marks: Mapping[str, Mark]) -> Sequence[ShownLink]:
    """The very same links where none of them is broken: what is made of them is kept by them."""
    is_marked = any(link.url in marks and link.tool for link in links)
    return [_marked(link, marks) for link in links] if is_marked else links


def _marked(link: ShownLink, marks: Mapping[str, Mark]) -> ShownLink:
    mark = marks.get(link.url or "") if link.tool else None
    return replace(link, broken=mark.reason, checked_at=mark.checked_at) if mark else link
