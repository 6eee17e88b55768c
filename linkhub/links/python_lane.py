"""The lane of Python `Link` classes: run in a child process, in a queue of their own.

The main lane decides everything else and hands a unit over here when only a class can tell the
URL. One unit is claimed at a time: classes may take seconds.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from linkhub.links import providers
from linkhub.links.claims import Claimed
from linkhub.links.classes.runner import LinkRunner
from linkhub.links.counting import count_links
from linkhub.links.language import Failed
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.outcomes import Outcome, digest_of, identity_of, row_of
from linkhub.links.providers import Built, Request
from linkhub.links.providers.python_link import PythonLink
from linkhub.links.resolving.resolve import resolve_unit
from linkhub.links.write import store_python

# All classes of one unit together, and the first import of one; both end before the lease does.
UNIT_SECONDS = 30.0
LOAD_SECONDS = 30.0
LEASE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """Runs classes for one unit until its time is used up."""

    runner: LinkRunner
    deadline: float

    def __call__(self, request: Request) -> Built:
        if time.monotonic() > self.deadline:
            raise Failed(f"the classes of this action took more than {UNIT_SECONDS:.0f} seconds")
        return PythonLink().build_with(self.runner, request)


def allowance() -> Allowance:
    """For one unit, from now."""
    return Allowance(_runner(), time.monotonic() + UNIT_SECONDS)


def resolve_python(claimed: Sequence[Claimed]) -> None:
    """Resolve the Python links of each unit, and store those alone."""
    for one in claimed:
        outcome = _outcome(one)
        store_python(outcome)
        count_links([outcome])


@functools.lru_cache(maxsize=256)
def runs_code(kind: str) -> bool:
    """Whether links of this provider are for this lane; asked of every link that is shown.

    Kept, because not finding a provider, as for every template, costs a search for the nearest.
    """
    try:
        return providers.get(kind).runs_code
    except providers.UnknownProvider:
        return False


def _outcome(claimed: Claimed) -> Outcome:
    catalogue = load_catalogue()
    facts = load_units([claimed.unit]).get(claimed.unit)
    if facts is None:
        return Outcome(claimed, None, {})
    links = resolve_unit(facts, catalogue, now=timezone.now(), python=allowance())
    rows = {
        identity_of(link): row_of(claimed.unit, facts, link, digest_of(facts, link, link.url))
        for link in links
        if runs_code(link.provider)
    }
    return Outcome(claimed, facts, rows)


@functools.cache
def _runner() -> LinkRunner:
    return LinkRunner(
        allowed=settings.LINKHUB_LINK_CLASSES,
        timeout=settings.LINKHUB_LINK_CLASS_SECONDS,
        load_timeout=LOAD_SECONDS,
    )
