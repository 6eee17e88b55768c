"""How far back a list looks at once.

Where nothing but indexed filters narrow a list, its page is found by reading what it shows. With
the others, such as `q` or a phase that hardly any run has, it would read all runs there are for the
few that are let through. So a list looks at some thousand runs behind the place where it begins;
what it found among them is its page, a short one perhaps, and the next page begins there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from linkhub.accounts.models import ApiToken, User
from linkhub.links.filters import Filters, OrderName, matching_runs

TIMES = {"-created": "created_at", "-ended": "ended_at"}


@dataclass(frozen=True)
class Horizon:
    """`looks` are numbers of runs: a list that is not full after the first looks further, once.

    An index finds what any one filter of `served` lets through, the newest first.
    """

    looks: tuple[int, ...]
    served: frozenset[str]


OF_RUNS = Horizon((2_000, 50_000), frozenset({"workflow", "user", "label"}))
# Several rows for each run, some of them behind joins.
OF_LINKS = Horizon((500, 10_000), frozenset({"tool"}))
# Filters by which runs are counted: indexes have them by time.
COUNTED_BY = ("project", "workflow", "user", "since", "until")
ALWAYS_SERVED = {"project", "since", "until"}


def floors(
    viewer: User | ApiToken,
    filters: Filters,
    *,
    order: OrderName,
    start: datetime | None,
    horizon: Horizon,
) -> Iterator[datetime | None]:
    """The times down to which a page is to be looked for, one after the other until it is full.

    None: to the end. `start` is where it begins, None at the top. Each is earlier than `start`,
    so that a list always gets on, however many runs have the same time.
    """
    if _is_served(filters, order, horizon):
        yield None
        return
    time = TIMES[order]
    runs = matching_runs(viewer, filters.only(COUNTED_BY)).filter(**{f"{time}__isnull": False})
    if start is not None:
        runs = runs.filter(**{f"{time}__lt": start})
    times = runs.order_by(f"-{time}").values_list(time, flat=True)
    for look in horizon.looks:
        floor = next(iter(times[look : look + 1]), None)
        yield floor
        if floor is None:
            return


def _is_served(filters: Filters, order: OrderName, horizon: Horizon) -> bool:
    """Whether an index finds what the filters let through, however little that is."""
    given = filters.given - ALWAYS_SERVED
    return not given or (len(given) == 1 and given <= horizon.served and order == "-created")
