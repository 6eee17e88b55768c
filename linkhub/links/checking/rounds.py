"""Rounds of link checks: what is new is found, what is due is asked, what came out is kept.

One round at a time, by an advisory lock; nothing is locked while the network is waited for, and
nothing that resolves or shows links waits for it. A host is asked a few times a round.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from linkhub.links.checking.addresses import Forbidden, Reach, reach
from linkhub.links.checking.asking import Answer, ask
from linkhub.links.models import Link, State, Target, Tool

# Any number that nothing else in this database locks by.
LOCK = 0x11AC_C4EC
# The newest links of a tool are looked at: what an old run leads to is gone more often than not.
NEWEST = 500
SEEN_AGAIN = timedelta(minutes=5)
FORGOTTEN = timedelta(days=7)
PER_ROUND = 50
PER_HOST = 5
LEASE = timedelta(minutes=5)
NEXT = {
    Target.State.THERE: timedelta(hours=24),
    Target.State.UNSURE: timedelta(hours=24),
    Target.State.BROKEN: timedelta(hours=6),
}
SOON = timedelta(minutes=10)
SPREAD = 0.1
LONGEST_WAIT = max(NEXT.values()) * (1 + SPREAD)
# Failures in a row that make a target broken, where one is not enough.
ENOUGH = 2


def check_links(*, seconds: float) -> int:
    """One round of at most about `seconds`; return how many targets were asked."""
    allowed = reach()
    if not allowed.hosts:
        return 0
    with _alone() as alone:
        if not alone:
            return 0
        _let_go()
        for tool in Tool.objects.filter(check_links=True):
            _find(tool, allowed)
        return _ask_due(allowed, monotonic() + seconds)


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (held,) = cursor.fetchone() or (False,)
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _let_go() -> None:
    old = timezone.now() - FORGOTTEN
    Target.objects.filter(Q(seen_at__lt=old) | Q(tool__check_links=False)).delete()


def _find(tool: Tool, allowed: Reach) -> None:
    """Keep the newest links' targets, now and then."""
    now = timezone.now()
    if tool.targets.filter(seen_at__gt=now - SEEN_AGAIN).exists():
        return
    links = Link.objects.filter(
        tool=tool, state=State.READY, depends_on_now=False, run_created__isnull=False
    ).exclude(url_digest=None)
    found = links.order_by("-run_created").values_list("url_digest", "url")[:NEWEST]
    targets = {
        key: Target(
            digest=key,
            url=url,
            host=_host(url),
            tool=tool,
            due_at=now,
            seen_at=now,
        )
        for digest, url in found
        if digest is not None and (key := bytes(digest)) and _may_ask(url, allowed)
    }
    Target.objects.bulk_create(
        [targets[digest] for digest in sorted(targets)],
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["seen_at"],
    )


def _may_ask(url: str, allowed: Reach) -> bool:
    try:
        allowed.check(url)
    except Forbidden:
        return False
    return True


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "")[:255]


def _ask_due(allowed: Reach, until: float) -> int:
    asked = 0
    for target in _claim():
        if monotonic() >= until:
            # The rest is due again when its lease is over.
            break
        _keep(target, ask(target.url, allowed))
        asked += 1
    return asked


def _claim() -> list[Target]:
    """What is due, a few of each host; nobody else asks it meanwhile."""
    now = timezone.now()
    hosts: Counter[str] = Counter()
    claimed: list[Target] = []
    for target in Target.objects.filter(due_at__lte=now).order_by("due_at")[: 4 * PER_ROUND]:
        hosts[target.host] += 1
        if hosts[target.host] <= PER_HOST and len(claimed) < PER_ROUND:
            claimed.append(target)
    Target.objects.filter(pk__in=[each.pk for each in claimed]).update(due_at=now + LEASE)
    return claimed


def _keep(target: Target, answer: Answer) -> None:
    now = timezone.now()
    failed = answer.state == Target.State.BROKEN
    failures = target.failures + 1 if failed else 0
    is_broken = failed and (answer.certain or failures >= ENOUGH)
    state = answer.state if is_broken or not failed else Target.State.UNSURE
    Target.objects.filter(pk=target.pk).update(
        state=state,
        reason=answer.reason[:255],
        failures=min(failures, 1000),
        checked_at=now,
        broken_since=(target.broken_since or now) if is_broken else None,
        due_at=_next(state, now, soon=failed and not is_broken),
    )


def _next(state: Target.State, now: datetime, *, soon: bool) -> datetime:
    """Spread a little, so that what was found at once is not asked at once for ever."""
    pause = SOON if soon else NEXT[state]
    return now + pause * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311
