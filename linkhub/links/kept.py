"""What a process keeps of units: the links that are stored of them, and what is shown of these.

The same units are looked at again and again, by every look at a list. Whether a unit's links are
still those that were read before, the transaction tells that wrote its Resolved row last: a
worker writes that row whenever it stores links (`standing.py`). What is written at other times is
not kept: answers of Python classes, and how writing a way back goes on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock

from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.outcomes import Identity
from linkhub.links.python_lane import runs_code
from linkhub.links.shown import Place, ShownLink, StoredLink
from linkhub.links.standing import Written
from linkhub.runs.pending import Unit

# Links that a process keeps, of all units and of one: some kilobytes each.
MOST_LINKS, MOST_OF_UNIT = 10_000, 500


class UnitLinks(tuple[ShownLink, ...]):
    """The links of a unit in their order.

    Each is equal to itself alone, so that what a page makes of it can be kept by it.
    """

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__


@dataclass(slots=True)
class KeptUnit:
    """What is stored of a unit, and what is shown of it for `place` under `policy`, once it was."""

    place: Place
    written: Written
    policy: UrlPolicy
    stored: Mapping[Identity, StoredLink]
    links: UnitLinks | None = None
    timeless: bool = False
    """Whether time alone can change nothing of it."""

    def is_still(self, place: Place, written: Written | None, policy: UrlPolicy) -> bool:
        is_as_stored = self.written == written and self.place == place
        return is_as_stored and (self.policy is policy or self.policy == policy)


def is_fit(stored: Collection[StoredLink]) -> bool:
    """Whether nothing but a worker that writes the Resolved row can change these links."""
    return len(stored) <= MOST_OF_UNIT and not any(
        link.backlink_state is not None or runs_code(link.provider) for link in stored
    )


class Keeper:
    """The units that were looked at last, by whether of an action only the first pod was read."""

    def __init__(self, most: int = MOST_LINKS) -> None:
        self._most = most
        self._units: OrderedDict[tuple[Unit, bool], KeptUnit] = OrderedDict()
        self._links = 0
        self._lock = Lock()

    def find(
        self,
        places: Mapping[Unit, Place],
        written: Mapping[Unit, Written],
        policy: UrlPolicy,
        *,
        brief: bool,
    ) -> dict[Unit, KeptUnit]:
        """Those that are as they were."""
        found = {}
        with self._lock:
            for unit, place in places.items():
                kept = self._units.get((unit, brief))
                if kept is not None and kept.is_still(place, written.get(unit), policy):
                    self._units.move_to_end((unit, brief))
                    found[unit] = kept
        return found

    def keep(self, units: Mapping[Unit, KeptUnit], *, brief: bool) -> None:
        with self._lock:
            for unit, kept in units.items():
                self._drop(self._units.pop((unit, brief), None))
                self._units[unit, brief] = kept
                self._links += _size(kept)
            while self._links > self._most:
                self._drop(self._units.popitem(last=False)[1])

    def forget(self) -> None:
        with self._lock:
            self._units.clear()
            self._links = 0

    def _drop(self, kept: KeptUnit | None) -> None:
        if kept is not None:
            self._links -= _size(kept)


def _size(kept: KeptUnit) -> int:
    """One without links takes room as well."""
    return 1 + len(kept.stored)
