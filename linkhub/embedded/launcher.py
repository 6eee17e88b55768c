"""The embedded servers of one LINKHUB_HOME: start both, stop both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import postgres, redis
from linkhub.embedded.home import open_home
from linkhub.embedded.place import Place, open_place


@dataclass(frozen=True)
class Servers:
    """Where the two servers are reached; the spelling of the URLs is libpq's and redis-py's."""

    database_url: str
    redis_url: str


def start(home: Path) -> Servers:
    """Start what does not run yet. Safe to call from several processes at once."""
    place = at(home)
    return Servers(postgres.start(place).url, redis.start(place).url)


def stop(home: Path) -> None:
    """Stop what runs, whoever started it; the data stays."""
    place = at(home)
    redis.stop(place)
    postgres.stop(place)


def at(home: Path) -> Place:
    return open_place(open_home(home))
