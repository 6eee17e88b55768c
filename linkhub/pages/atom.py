"""Runs with their links as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed

from linkhub.lib.visible import plain
from linkhub.links.models import State
from linkhub.links.read import ShownLink
from linkhub.pages import addresses
from linkhub.pages.phases import shown_phase
from linkhub.runs.models import Run

CONTENT_TYPE = Atom1Feed.content_type
# Characters that names may have and XML may not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_LINKS = 20


class RunFeed(Atom1Feed):
    """A feed of runs, to which `add_run` adds. `began` is its date while it has no entry."""

    def __init__(
        self, request: HttpRequest, *, title: str, page: str, address: str, began: datetime
    ) -> None:
        """`page` is what the feed is of, `address` its own, without any token."""
        self._at = request.build_absolute_uri
        self._began = began
        super().__init__(
            title=_text(title),
            link=self._at(page),
            description=None,
            author_name="LinkHub",
            feed_url=self._at(address),
            feed_guid=self._at(address),
        )

    def add_run(self, run: Run, links: Iterable[ShownLink]) -> None:
        """One entry: what ran, how it went, and the run's ready links by their lasting address."""
        phase = shown_phase(run.phase)
        address = self._at(addresses.of_run(run))
        ready = [link for link in links if link.state == State.READY][:MOST_LINKS]
        shown = [(link.name or link.key, self._at(addresses.of_go(link))) for link in ready]
        workflow = f"{plain(run.workflow.name)} " if run.workflow else ""
        self.add_item(
            title=_text(f"{workflow}{plain(run.name)}: {phase.word}"),
            link=address,
            unique_id=address,
            description=_text(
                render_to_string("views/entry.html", {"run": run, "phase": phase, "links": shown})
            ),
            pubdate=run.created_at,
            updateddate=run.ended_at or run.started_at or run.created_at,
        )

    def text(self) -> bytes:
        written: str = self.writeString("utf-8")
        return written.encode()

    def latest_post_date(self) -> datetime:
        """Never now: what did not change is to have the same text, by which readers skip it."""
        latest: datetime = super().latest_post_date() if self.items else self._began
        return latest


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
