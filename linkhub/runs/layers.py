"""The links that come with runs and actions: an override list as one field, emitted ones by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from linkhub.runs import merge
from linkhub.runs.attached import AttachedLinkDocument, with_keys
from linkhub.runs.models import AttachedLink
from linkhub.runs.recording import ActionKey, Recording, RunKey, stamp_of

# Key, attempt (0: not given), pod, body: what one row of a layer holds, in the list's order.
Entry = tuple[str, int, str, dict[str, Any]]
Owner = RunKey | ActionKey


def entries(links: list[AttachedLinkDocument]) -> list[Entry]:
    return [(key, link.attempt or 0, link.pod or "", link.body()) for key, link in with_keys(links)]


def as_documents(links: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries in the form of an attached link, with every part of its identity."""
    return [
        {"key": key, "attempt": attempt, "pod": pod, **body} for key, attempt, pod, body in links
    ]


def reaches_actions(entry: Entry) -> bool:
    """Is a link that is attached to a run one of its actions, attempts or pods?"""
    _, attempt, pod, body = entry
    return bool(attempt or pod) or body.get("level", "run") != "run"


class Overrides:
    """The override layers that a recording's documents give: each list replaces its layer."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._held: dict[Owner, list[Entry]] = defaultdict(list)
        self._replaced: dict[Owner, int] = {}

    def load(self) -> None:
        """Read the layers that may be replaced: an equal stamp is decided by what is held."""
        owners: dict[tuple[int, int | None], Owner] = {}
        for item in self._recording.items:
            run = self._recording.runs[item.key]
            if "links" in item.document.model_fields_set:
                owners[run.pk, None] = item.key
            for document in item.document.actions:
                action = self._recording.actions.get((*item.key, document.name))
                if "links" in document.model_fields_set and action is not None:
                    owners[run.pk, action.pk] = (*item.key, document.name)
        if not owners:
            return
        stored = AttachedLink.objects.filter(
            run__any_of={run for run, _ in owners}, layer=AttachedLink.Layer.OVERRIDE
        )
        for row in stored.order_by("position"):
            if (owner := owners.get((row.run_id, row.action_id))) is not None:
                self._held[owner].append((row.key, row.attempt, row.pod, row.body))

    def merge(self) -> None:
        for item in self._recording.items:
            if "links" in item.document.model_fields_set:
                self._replace(item.key, item.document.links, item.stamp)
            for document in item.document.actions:
                if "links" in document.model_fields_set:
                    stamp = stamp_of(document, item.stamp)
                    self._replace((*item.key, document.name), document.links, stamp)

    def _replace(self, owner: Owner, links: list[AttachedLinkDocument] | None, stamp: int) -> None:
        recording, new, held = self._recording, entries(links or []), self._held[owner]
        row = recording.runs[owner] if len(owner) == 3 else recording.actions[owner]
        given = None if links is None else as_documents(new)
        if not merge.claim(row, "links", given, as_documents(held), stamp):
            return
        if len(owner) == 3:
            recording.runs.touch(owner)
        else:
            recording.actions.touch(owner)
        if merge.canonical(new) != merge.canonical(held):
            self._held[owner] = new
            self._replaced[owner] = stamp
            changes = recording.changes[owner[:3]]
            if len(owner) == 4:
                changes.actions[owner[3]].add("links")
            else:
                deep = any(reaches_actions(entry) for entry in (*new, *held))
                changes.run.add("deep_links" if deep else "links")

    def write(self) -> None:
        """Put the new lists in the place of the old ones; runs and actions are stored by now."""
        if not self._replaced:
            return
        rows, owners = [], defaultdict(set)
        for owner, stamp in self._replaced.items():
            run = self._recording.runs[owner[:3]]
            action = self._recording.actions[owner] if len(owner) == 4 else None
            owners[None if action is None else action.pk].add(run.pk)
            for position, (key, attempt, pod, body) in enumerate(self._held[owner]):
                rows.append(
                    AttachedLink(
                        run=run,
                        action=action,
                        layer=AttachedLink.Layer.OVERRIDE,
                        key=key,
                        attempt=attempt,
                        pod=pod,
                        position=position,
                        body=body,
                        stamp=stamp,
                    )
                )
        stored = AttachedLink.objects.filter(layer=AttachedLink.Layer.OVERRIDE)
        runs = owners.pop(None, set())
        stored.filter(run__any_of=runs, action=None).delete()
        stored.filter(action__any_of=owners).delete()
        AttachedLink.objects.bulk_create(rows)
