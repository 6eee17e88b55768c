"""Guessing passwords is slow, and nobody can lock another out of their own browser.

Tries are counted before the password is looked at, so that many at once gain nothing, and alike
for names that are nobody's. Three counts hold for strangers: of one name from one address, of one
name from everywhere, of one address for all names. Who signed in before has a cookie that says so
for this name: such a browser has a count of its own, which strangers cannot fill (OWASP: device
cookies).
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import connection
from django.utils import timezone

from linkhub.accounts.addresses import network_of
from linkhub.accounts.models import SignInTries

WINDOW = timedelta(minutes=15)
# What is locked for longer was counted by a clock that has been set back since. Clocks of web
# processes that merely differ must not let anybody begin anew.
LATEST = 2 * WINDOW
# Times LINKHUB_SIGN_IN_TRIES: what strangers everywhere may try for one name, and one address
# for all names (many people may share it).
FOR_A_NAME = 4
FROM_AN_ADDRESS = 10
COOKIE = "linkhub_device"
COOKIE_SECONDS = 365 * 24 * 3600
SALT = "linkhub.accounts.lockout"
FORGOTTEN_AT_ONCE = 100

COUNT = """
    INSERT INTO accounts_signintries (who, number, until) VALUES (%(who)s, 1, %(until)s)
    ON CONFLICT (who) DO UPDATE SET
        number = CASE WHEN accounts_signintries.until BETWEEN %(now)s AND %(latest)s
                      THEN accounts_signintries.number + 1 ELSE 1 END,
        until = CASE WHEN accounts_signintries.until BETWEEN %(now)s AND %(latest)s
                     THEN accounts_signintries.until ELSE %(until)s END
    RETURNING number, until
"""


@dataclass(frozen=True)
class Locked(Exception):
    """Too many tries; `until` is when to try again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Counter:
    """`shared` where others than the one who tries fill it too: it is not forgotten for them."""

    who: bytes
    limit: int
    shared: bool = False


def count_try(name: str, address: str, device: str) -> list[Counter]:
    """Count a try to sign in as `name`, before it is made. Raises Locked.

    `device` is the cookie's value. Whoever is locked out already fills no further count.
    """
    now = timezone.now()
    _forget(now)
    counters = _counters(name, address, device)
    if locked := [until for number, until, limit in _stored(counters, now) if number >= limit]:
        raise Locked(max(locked))
    counted = [(*_count(counter, now), counter.limit) for counter in counters]
    if over := [until for number, until, limit in counted if number > limit]:
        raise Locked(max(over))
    return counters


def forget_tries(counters: Sequence[Counter]) -> None:
    """The password was right. What others fill too is only one try less."""
    own = [counter.who for counter in counters if not counter.shared]
    SignInTries.objects.filter(who__in=own).delete()
    for counter in counters:
        if counter.shared:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE accounts_signintries SET number = number - 1"
                    " WHERE who = %s AND number > 0",
                    [counter.who],
                )


def device_cookie(name: str, given: str) -> str:
    """What says from now on that `name` signed in from this browser."""
    if _device_of(name, given):
        return given
    return signing.dumps([_same(name), secrets.token_urlsafe(12)], salt=SALT)


def _device_of(name: str, cookie: str) -> str:
    """The browser's own id where it signed in as `name` before, else nothing."""
    try:
        signed_in_as, device = signing.loads(cookie, salt=SALT, max_age=COOKIE_SECONDS)
    except (signing.BadSignature, ValueError):
        return ""
    return str(device) if signed_in_as == _same(name) else ""


def _counters(name: str, address: str, device: str) -> list[Counter]:
    tries: int = settings.LINKHUB_SIGN_IN_TRIES
    same, network = _same(name), network_of(address)
    if known := _device_of(name, device):
        return [Counter(_digest("device", same, known), tries)]
    counters = [
        Counter(_digest("name and address", same, network), tries),
        Counter(_digest("name", same), tries * FOR_A_NAME),
    ]
    if network:
        counters.append(Counter(_digest("address", network), tries * FROM_AN_ADDRESS, shared=True))
    return counters


def _stored(counters: Sequence[Counter], now: datetime) -> list[tuple[int, datetime, int]]:
    limits = {counter.who: counter.limit for counter in counters}
    rows = SignInTries.objects.filter(who__in=limits, until__gt=now, until__lte=now + LATEST)
    return [
        (number, until, limits[bytes(who)])
        for who, number, until in rows.values_list("who", "number", "until")
    ]


def _count(counter: Counter, now: datetime) -> tuple[int, datetime]:
    with connection.cursor() as cursor:
        times = {"now": now, "until": now + WINDOW, "latest": now + LATEST}
        cursor.execute(COUNT, {"who": counter.who, **times})
        number, until = cursor.fetchone()
    return number, until


def _forget(now: datetime) -> None:
    old = SignInTries.objects.filter(until__lte=now).order_by("until")
    SignInTries.objects.filter(pk__in=old.values("pk")[:FORGOTTEN_AT_ONCE]).delete()


def _same(name: str) -> str:
    """Spellings that look alike count as one name, whether or not they sign in as one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _digest(*words: str) -> bytes:
    return hashlib.sha256("\0".join(words).encode(errors="replace")).digest()
