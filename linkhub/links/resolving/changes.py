"""What changed since a unit was resolved: enough to tell whether that reaches it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from linkhub.links.resolving.facts import CatalogueData


class Since(NamedTuple):
    """A unit that was resolved at the value `change`.

    `names` are its project, domain, workflow and task, in that order; `levels` those that its
    links can have; `keys` those that are stored for it.
    """

    change: int
    names: Mapping[str, str]
    levels: Collection[str]
    keys: Collection[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """The latest change of each key by its owner, and the latest that may reach any unit."""

    wide: int
    by_key: Mapping[tuple[str | None, str], int]

    @classmethod
    def of_data(cls, data: CatalogueData) -> Changes:
        rows = [(each.project, each.key, each.change) for each in data.definitions]
        rows += [(each.project, each.key, each.change) for each in data.deleted]
        by_key: dict[tuple[str | None, str], int] = {}
        for project, key, change in rows:
            by_key[project, key] = max(change, by_key.get((project, key), 0))
        return cls(data.change if data.wide is None else data.wide, by_key)

    def of(self, project: str, key: str) -> int:
        """When the instance's or the project's definition of this key last changed."""
        return max(self.by_key.get((None, key), 0), self.by_key.get((project, key), 0))
