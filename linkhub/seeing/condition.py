"""How the parts of LinkHub are, each in a word and, where it is not well, a sentence.

LinkHub serves where its database answers and has the tables of this version. All else degrades:
without Redis or workers pages read on, and what waits is caught up with later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from linkhub.runs.nudges import client
from linkhub.seeing.models import Look, Process
from linkhub.seeing.queue import age_of, waiting

OK: Final = "ok"
# A process that said nothing for so long is away; it speaks every ten seconds.
PATIENCE = timedelta(seconds=45)
# Beat has a look taken every 15 seconds.
BEAT_PATIENCE = timedelta(seconds=90)
MAIN_QUEUE = "resolve"
QUEUES: Final = {
    MAIN_QUEUE: "links are not resolved",
    "python_links": "links of Python classes are not resolved",
    "sources": "sources are not polled",
    "backlinks": "back-links are not written, old runs are not removed",
    "checks": "links are not checked",
}


@dataclass(frozen=True, slots=True)
class Part:
    """`state` is `ok` or a word for what is wrong, `said` what follows from that.

    What `stops` LinkHub leaves it unable to serve. `told` is what every page says of it, empty
    where those who read notice nothing.
    """

    name: str
    state: str = OK
    said: str = ""
    stops: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    parts: tuple[Part, ...]

    @property
    def serves(self) -> bool:
        return not any(part.stops for part in self.parts)

    @property
    def troubles(self) -> list[Part]:
        return [part for part in self.parts if part.said]


def look() -> Condition:
    """How everything is now. Raises nothing: what cannot be asked is what is wrong."""
    broker = _redis()
    try:
        return Condition((Part("database"), broker, *_of_database()))
    except DatabaseError:
        said = "The database does not answer: nothing can be shown or recorded."
        return Condition((Part("database", "unreachable", said, stops=True), broker))


def _of_database() -> Iterator[Part]:
    if has_pending_migrations():
        said = "The database has not the tables of this version: run `manage.py migrate`."
        yield Part("migrations", "pending", said, stops=True)
        return
    yield Part("migrations")
    processes = list(living())
    yield _workers(processes)
    yield _beat(processes)
    yield _queue()


_up_to_date = False


def has_pending_migrations() -> bool:
    """Of this version; asked until there are none, for then there never will be."""
    global _up_to_date
    if not _up_to_date:
        executor = MigrationExecutor(connection)
        _up_to_date = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not _up_to_date


def _redis() -> Part:
    if not settings.REDIS_URL:
        return Part("redis", "not configured")
    try:
        client().ping()
    except redis.RedisError:
        said = "Redis does not answer: links of new runs come later."
        return Part("redis", "unreachable", said, told="Redis does not answer.")
    return Part("redis")


def living() -> QuerySet[Process]:
    """The processes that spoke lately."""
    return Process.objects.filter(seen_at__gt=Now() - PATIENCE)


def served_queues(processes: Iterable[Process]) -> set[str]:
    """The queues that a worker of these takes tasks from."""
    workers = (each for each in processes if each.kind == Process.Kind.WORKER)
    return {queue for worker in workers for queue in worker.queues}


def wanted_queues() -> list[str]:
    """Those that this LinkHub has work for by its settings."""
    return [each for each in QUEUES if each != "checks" or settings.LINKHUB_CHECK_HOSTS]


def _workers(processes: Iterable[Process]) -> Part:
    served = served_queues(processes)
    idle = [queue for queue in wanted_queues() if queue not in served]
    if not idle:
        return Part("workers")
    follows = "; ".join(QUEUES[queue] for queue in idle)
    missing = ", ".join(idle)
    said = f"No worker takes tasks from {missing}: {follows}."
    told = "No worker resolves links." if MAIN_QUEUE in idle else ""
    return Part("workers", f"none for {missing}", said, told=told)


def _beat(processes: Iterable[Process]) -> Part:
    """What beat has done shows that it is well; where no worker does that, and just after its
    start, its word counts."""
    resolving = MAIN_QUEUE in served_queues(processes)
    beats = [each for each in processes if each.kind == Process.Kind.BEAT]
    is_new = any(timezone.now() - each.started_at < BEAT_PATIENCE for each in beats)
    if (
        is_new
        or (beats and not resolving)
        or Look.objects.filter(at__gt=Now() - BEAT_PATIENCE).exists()
    ):
        return Part("beat")
    said = "Beat is silent: what a lost message or a worker left is not picked up."
    return Part("beat", "silent", said)


def _queue() -> Part:
    oldest = age_of(waiting())
    if oldest <= settings.LINKHUB_LATE_SECONDS:
        return Part("queue")
    said = f"New runs wait for their links, the oldest for {_words(oldest)}."
    return Part("queue", f"{oldest:.0f} s behind", said, told=said)


def _words(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


_remembered: Condition | None = None


def remember(condition: Condition) -> None:
    global _remembered
    _remembered = condition


def remembered() -> Condition | None:
    """What this process last saw, for pages: they never ask by themselves."""
    return _remembered
