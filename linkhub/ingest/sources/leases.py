"""Who polls a source: a lease with a number, taken and held by short updates, never by a lock.

As with Pending, whoever writes looks at the number again in the transaction that writes. A lease
that expired is given out anew under another number; what the first one still brings is dropped.
Pausing or editing a source takes the number away.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from linkhub.ingest.models import Source

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 10.0


class LeaseLost(Exception):
    """Somebody else polls by now, or nobody is to."""


@dataclass
class Lease:
    source: int
    number: int
    renewed: float = field(default_factory=time.monotonic)

    def keep(self) -> None:
        """Renew, now and then; raises LeaseLost. Called before every call over the network."""
        if time.monotonic() - self.renewed >= RENEW_SECONDS:
            self._renew()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that holds the source's row, and so the lease; raises LeaseLost."""
        with transaction.atomic():
            self._renew()
            yield

    def _renew(self) -> None:
        if not held(self).update(claimed_until=Now() + LEASE):
            raise LeaseLost
        self.renewed = time.monotonic()


def held(lease: Lease) -> QuerySet[Source]:
    """The source as long as the lease is good."""
    return Source.objects.filter(pk=lease.source, claim=lease.number, enabled=True)


def due() -> QuerySet[Source]:
    """The sources that a worker would poll now."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    return Source.objects.filter(free, enabled=True, next_poll_at__lte=Now())


def claim(source: int) -> Lease | None:
    """The lease of a source that is due; None where it is not, or another has it."""
    lease = Lease(source, secrets.randbits(62))
    taken = due().filter(pk=source).update(claim=lease.number, claimed_until=Now() + LEASE)
    return lease if taken else None
