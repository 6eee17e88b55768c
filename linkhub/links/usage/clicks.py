"""Counting what is followed: in memory first, then in bulk, never in the request itself.

A click is counted for a definition and a day, and nothing else is kept of it: not who, not which
run, no address. Each web process holds its counts for some seconds and adds them to the table in
one statement; one that is killed loses those seconds.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import NamedTuple

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from linkhub.links.models import Origin

log = structlog.get_logger(__name__)
FLUSH_SECONDS = 10.0
# What the buffer holds at most: definitions with clicks in the last seconds. More are not counted.
MOST_HELD = 10_000

ADD = """
    INSERT INTO links_clickday (definition_id, day, clicks, last_at)
    SELECT d.id, c.day, c.clicks, c.last_at
    FROM unnest(%(owners)s::text[], %(keys)s::text[], %(days)s::date[], %(clicks)s::bigint[],
                %(times)s::timestamptz[]) AS c (owner, key, day, clicks, last_at)
    LEFT JOIN accounts_project p ON p.name = c.owner
    JOIN links_linkdefinition d
        ON d.key = c.key AND NOT d.deleted AND d.project_id IS NOT DISTINCT FROM p.id
    WHERE c.owner = '' OR p.id IS NOT NULL
    ORDER BY d.id
    ON CONFLICT (definition_id, day) DO UPDATE SET
        clicks = links_clickday.clicks + EXCLUDED.clicks,
        last_at = greatest(links_clickday.last_at, EXCLUDED.last_at)
"""


class Clicked(NamedTuple):
    """A definition by its owner (a project's name, empty for the instance) and its key."""

    owner: str
    key: str


class Held(NamedTuple):
    clicks: int
    last_at: datetime


def clicked_of(origin: str, project: str, key: str) -> Clicked | None:
    """The definition that made a link of `project`; none made one that came with an execution."""
    match origin:
        case Origin.INSTANCE:
            return Clicked("", key)
        case Origin.PROJECT:
            return Clicked(project, key)
    return None


class Buffer:
    """Counts of one process. Its thread begins with the first click, so after any fork.

    Without `flushes` it is flushed by who holds it, as tests do.
    """

    def __init__(self, *, flushes: bool = True) -> None:
        self.flushes = flushes
        self._lock = threading.Lock()
        self._held: dict[tuple[Clicked, date], Held] = {}
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def count(self, clicked: Clicked) -> None:
        now = timezone.now()
        place = clicked, now.astimezone(UTC).date()
        with self._lock:
            if place in self._held or len(self._held) < MOST_HELD:
                before = self._held.get(place)
                self._held[place] = Held(before.clicks + 1 if before else 1, now)
            if self.flushes and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
                self._thread.start()
                atexit.register(self._end)

    def flush(self) -> int:
        """Add what is held to the table; return how many clicks. What fails is held again."""
        with self._lock:
            taken, self._held = self._held, {}
        if not taken:
            return 0
        try:
            with connection.cursor() as cursor:
                cursor.execute(ADD, _columns(taken))
        except DatabaseError as error:
            log.warning("clicks_not_stored", error=str(error))
            self._hold_again(taken)
            return 0
        return sum(held.clicks for held in taken.values())

    def _hold_again(self, taken: dict[tuple[Clicked, date], Held]) -> None:
        with self._lock:
            for place, held in taken.items():
                now = self._held.get(place, Held(0, held.last_at))
                self._held[place] = Held(now.clicks + held.clicks, max(now.last_at, held.last_at))

    def _run(self) -> None:
        while not self._ending.wait(FLUSH_SECONDS):
            self._flush_once()

    def _end(self) -> None:
        self._ending.set()
        self._flush_once()

    def _flush_once(self) -> None:
        """With a connection for this once: a process has many threads, and PostgreSQL few."""
        with closing(connection):
            self.flush()


def _columns(taken: dict[tuple[Clicked, date], Held]) -> dict[str, list[object]]:
    rows = list(_rows(taken))
    names = ("owners", "keys", "days", "clicks", "times")
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def _rows(taken: dict[tuple[Clicked, date], Held]) -> Iterator[tuple[object, ...]]:
    for (clicked, day), held in taken.items():
        yield clicked.owner, clicked.key, day, held.clicks, held.last_at


buffer = Buffer()
