"""Settings and code as changes: stored links follow them as they follow edits.

What a link is depends on the URL policy's settings and on what providers and the language make
of the same facts. The latest backfill that came of a change of either names what held then.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from django.db import transaction

from linkhub.links.backfill import start_backfill
from linkhub.links.models import Backfill
from linkhub.links.policy import url_policy
from linkhub.runs.changes import next_change
from linkhub.runs.models import ChangeCounter

# To be raised with a release that makes other links of the same facts.
CODE_VERSION = 1
REASON = "URL policy or code version"

# What this process has seen to already.
_followed: str | None = None


def follow_configuration() -> None:
    """Start a backfill if settings or code differ from the last ones that were followed.

    Once a process: while old and new processes run side by side they do not take turns.
    """
    global _followed
    if _followed != (current := _fingerprint()):
        _follow(current)
        _followed = current


@transaction.atomic
def _follow(current: str) -> None:
    ChangeCounter.objects.select_for_update().first()
    followed = Backfill.objects.filter(reason__startswith=REASON).order_by("pk").last()
    if followed is None or current not in followed.reason:
        reason = f"{REASON} changed ({current})"
        start_backfill(change=next_change(wide=True), project=None, reason=reason)


def _fingerprint() -> str:
    """12 hexadecimal digits of the policy's settings and the code's version."""
    policy = asdict(url_policy(()))
    said = sorted(
        (name, sorted(value) if isinstance(value, frozenset) else value)
        for name, value in policy.items()
    )
    return hashlib.sha256(repr((CODE_VERSION, said)).encode()).hexdigest()[:12]
