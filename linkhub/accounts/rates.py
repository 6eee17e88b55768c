"""How often a token or an address may ask: so many requests in a minute of the clock.

Processes count together in Redis. Asking it every time would cost more than many an answer, so a
process takes a hundredth of the limit at once and gives it out by itself; the limit is exact but
for what others have taken and not used. Where Redis is away each process counts alone: reading
never needs Redis.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings

from linkhub.accounts.addresses import network_of
from linkhub.accounts.models import ApiToken
from linkhub.lib.callers import current_caller

MINUTE = 60
# How long Redis is left alone once it did not answer: meanwhile no request waits for it.
AWAY_SECONDS = 5
SHARES = 100

log = structlog.get_logger(__name__)
Take = Callable[[str, int], int]
"""Adds a number to the count of this name; returns the count. Raises redis.RedisError."""


@dataclass(slots=True)
class Count:
    """What this process may still give out to one, and whether there will be more this minute."""

    left: int = 0
    taken: int = 0
    over: bool = False


class Rates:
    """The counts of one process, of this minute alone."""

    def __init__(self, take: Take, clock: Callable[[], float] = time.time) -> None:
        self._take = take
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, Count] = {}
        self._away_until = 0.0

    def seconds_to_wait(self, who: str, limit: int) -> int:
        """Count one request of `who`; 0 where it may go on, else when to try again."""
        now = self._clock()
        with self._lock:
            count = self._count(who, int(now // MINUTE))
            if count.left == 0 and not count.over:
                self._refill(count, who, limit, now)
            if count.left:
                count.left -= 1
                return 0
        return MINUTE - int(now % MINUTE)

    def _count(self, who: str, minute: int) -> Count:
        if minute != self._minute:
            self._minute = minute
            self._counts = {}
        return self._counts.setdefault(who, Count())

    def _refill(self, count: Count, who: str, limit: int, now: float) -> None:
        share = max(1, limit // SHARES)
        count.taken += share
        together = self._together(f"{who}:{self._minute}", share, now) or count.taken
        count.left = max(0, min(share, limit - (together - share)))
        count.over = count.left == 0

    def _together(self, name: str, share: int, now: float) -> int | None:
        """What all processes took; none where Redis cannot say."""
        if self._away_until - AWAY_SECONDS <= now < self._away_until:
            return None
        try:
            return self._take(name, share)
        except redis.RedisError as error:
            self._away_until = now + AWAY_SECONDS
            log.warning("rates_counted_alone", error=str(error))
            return None


def address_wait() -> int:
    """Count the request at hand for its address; seconds until that may ask again, or 0."""
    caller = current_caller()
    if caller is None or not caller.address:
        return 0
    return _wait(f"address:{network_of(caller.address)}", settings.LINKHUB_ADDRESS_REQUESTS)


def token_wait(token: ApiToken) -> int:
    """Count a request with this token; seconds until it may be used again, or 0."""
    return _wait(f"token:{token.pk}", settings.LINKHUB_TOKEN_REQUESTS)


def _wait(who: str, limit: int) -> int:
    """A limit of 0 is none."""
    return _rates().seconds_to_wait(who, limit) if limit else 0


@functools.cache
def _rates() -> Rates:
    return Rates(_take_in_redis if settings.REDIS_URL else _alone)


def _alone(_name: str, _number: int) -> int:
    raise redis.ConnectionError("REDIS_URL is not set")


def _take_in_redis(name: str, number: int) -> int:
    """Two commands in one trip; the key outlives its minute by one, for clocks that differ."""
    pipeline = _client().pipeline(transaction=False)
    pipeline.incrby(f"linkhub:rate:{name}", number)
    pipeline.expire(f"linkhub:rate:{name}", 2 * MINUTE)
    together, _ = pipeline.execute()
    return int(together)


@functools.cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
