"""What is stored for some units, kept or read, and which of them are out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from linkhub.links.brief import Firsts
from linkhub.links.kept import Keeper, KeptUnit, UnitLinks, is_fit
from linkhub.links.models import Link
from linkhub.links.outcomes import Identity, digests_of, identity_of
from linkhub.links.python_lane import runs_code
from linkhub.links.resolving.facts import UnitFacts
from linkhub.links.resolving.resolve import resolve_unit
from linkhub.links.shown import (
    STORED_COLUMNS,
    Place,
    ShownLink,
    Sorted,
    StoredLink,
    pods_of,
    show_resolved,
    show_stored,
    show_undecided,
    with_error,
)
from linkhub.links.staleness import out_of_date
from linkhub.links.standing import Written, standing_of
from linkhub.links.stored import rows_of
from linkhub.links.write import NOTHING_TO_KEEP
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit

MAIN, PYTHON = Pending.Lane.MAIN, Pending.Lane.PYTHON
keeper = Keeper()


def _in_order(links: Iterable[Sorted]) -> list[ShownLink]:
    return [each.link for each in sorted(links, key=lambda each: each[:-1])]


class Shelf:
    """What is stored for some units, and which of them are out of date."""

    def __init__(self, places: Mapping[Unit, Place], *, brief: bool, keep: bool) -> None:
        self.places = places
        standing = standing_of(places)
        self.catalogue, self.queue = standing.catalogue, standing.queue
        self.kept = keeper.find(places, standing.written, self.catalogue.policy, brief=brief)
        self.stored = {unit: kept.stored for unit, kept in self.kept.items()}
        if unknown := [unit for unit in places if unit not in self.kept]:
            self.stored |= _stored(unknown, brief)
            if keep:
                self._keep(unknown, standing.written, brief)
        resolved = {unit: written.change for unit, written in standing.written.items()}
        keys = {
            unit: {key for _, _, key in self.stored[unit]}
            for unit, change in resolved.items()
            if change < self.catalogue.change
        }
        behind = out_of_date(places, resolved, keys, self.catalogue)
        self.stale = self.queue.marked(MAIN) | behind

    def _keep(self, units: Iterable[Unit], written: Mapping[Unit, Written], brief: bool) -> None:
        fit = {
            unit: KeptUnit(
                self.places[unit],
                at,
                self.catalogue.policy,
                self.stored[unit],
                timeless=not any(link.may_change for link in self.stored[unit].values()),
            )
            for unit in units
            if (at := written.get(unit)) and is_fit(self.stored[unit].values())
        }
        keeper.keep(fit, brief=brief)
        self.kept |= fit

    def timed(self, now: datetime) -> Iterator[Unit]:
        """The units of which time alone has made a link out of date."""
        for unit, links in self.stored.items():
            kept = self.kept.get(unit)
            is_timeless = kept is not None and kept.timeless
            if not is_timeless and any(link.is_timed(now) for link in links.values()):
                yield unit

    def from_store(self, unit: Unit) -> Sequence[ShownLink]:
        kept = self.kept.get(unit)
        if kept is None:
            return _in_order(self._from_store(unit))
        if kept.links is None:
            kept.links = UnitLinks(_in_order(self._from_store(unit)))
        return kept.links

    def _from_store(self, unit: Unit) -> Iterator[Sorted]:
        running = unit in self.queue.coming[PYTHON]
        for link in self.stored[unit].values():
            code = runs_code(link.provider)
            place, policy = self.places[unit], self.catalogue.policy
            shown = show_stored(link, place, policy, updating=running and code)
            yield with_error(shown, self.queue.resting[PYTHON].get(unit)) if code else shown

    def from_facts(self, unit: Unit, facts: UnitFacts, now: datetime) -> list[ShownLink]:
        """The unit's links as they are now; `updating` where the stored ones differ."""
        return _in_order(self._from_facts(unit, facts, now))

    def _from_facts(self, unit: Unit, facts: UnitFacts, now: datetime) -> list[Sorted]:
        place, stored, pods = self.places[unit], self.stored[unit], pods_of(facts)
        links = resolve_unit(facts, self.catalogue, now=now)
        # A unit that rests is not about to be stored, however long one waits.
        error = self.queue.resting[MAIN].get(unit)
        is_stale = unit in self.stale and error is None
        digests = digests_of(facts, self.catalogue, links) if is_stale else [b""] * len(links)
        running = is_stale or unit in self.queue.coming[PYTHON]
        shown = []
        for link, digest in zip(links, digests, strict=True):
            held = stored.get(identity_of(link))
            if link.state:
                updating = is_stale and (held is None or bytes(held.digest) != digest)
                shown.append(show_resolved(link, held, place, pods, updating=updating))
                continue
            kept = held if held and _is_kept(held, link.provider) else None
            policy = self.catalogue.policy
            one = show_undecided(link, kept, place, pods, policy, updating=running)
            failed = error or (None if is_stale else self.queue.resting[PYTHON].get(unit))
            shown.append(with_error(one, failed))
        return shown


def _stored(units: Collection[Unit], brief: bool) -> dict[Unit, dict[Identity, StoredLink]]:
    """By unit and identity what is stored; of attempts and pods in brief one each."""
    firsts = None
    if brief:
        firsts = Firsts.of([unit.action_id for unit in units if unit.action_id is not None])
    found: dict[Unit, dict[Identity, StoredLink]] = {unit: {} for unit in units}
    for unit, values in rows_of(Link, units, *STORED_COLUMNS, firsts=firsts):
        link = StoredLink.of(values)
        found[unit][link.attempt_id, link.pod_id, link.key] = link
    return found


def _is_kept(held: StoredLink, provider: str) -> bool:
    return held.provider == provider and held.state not in NOTHING_TO_KEEP
