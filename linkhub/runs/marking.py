"""From what a recording changed to the units that are to be resolved again, no more and no less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import BooleanField, Case, Value, When

from linkhub.lib.phases import is_terminal
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit
from linkhub.runs.recording import ActionKey, Changes, End, Recording, RunKey
from linkhub.runs.tree import Tree

# A run's facts that every one of its actions' links may use. Its context reaches only those
# that take theirs from it, its end only those that it ends.
SHARED = frozenset(
    {
        "workflow",
        "version",
        "engine",
        "org",
        "launched_by",
        "cluster",
        "namespace",
        "source_url",
        "labels",
        "created_at",
        "started_at",
        "deep_links",
    }
)
END = frozenset({"phase", "ended_at"})
REACHES_DESCENDANTS = END | {"context", "parent"}


class Step(NamedTuple):
    """What marking needs to know of a stored action; `context` is True where it has its own."""

    pk: int
    name: str
    parent: str
    context: bool | None
    phase: str | None
    ended_at: datetime | None


def units_to_resolve(recording: Recording) -> set[Unit]:
    """The units whose links the recording may have changed."""
    trees = _trees(recording)
    found: set[Unit] = set()
    for key, changes in recording.changes.items():
        run = recording.runs[key]
        names = _changed(changes)
        if key in trees:
            names |= _reached(recording, key, changes, trees[key])
        if changes.created or changes.run or _touches_root(recording, key, names, changes):
            found.add(Unit(run.project_id, run.pk))
        ids = {name: node.pk for name, node in trees[key].nodes.items()} if key in trees else {}
        for name in names:
            action = recording.actions.get((*key, name))
            pk = ids[name] if action is None else action.pk
            found.add(Unit(run.project_id, run.pk, pk))
    return found


def _changed(changes: Changes) -> set[str]:
    """The actions that were recorded anew or whose own facts changed."""
    return changes.new_actions | {name for name, fields in changes.actions.items() if fields}


def _trees(recording: Recording) -> dict[RunKey, Tree[Step]]:
    """The stored trees of the runs where a change reaches further than what was recorded."""
    wanted = {
        recording.runs[key].pk: key
        for key, changes in recording.changes.items()
        if not changes.created
        and (
            changes.new_actions
            or changes.run & (SHARED | END | {"context"})
            or any(fields & REACHES_DESCENDANTS for fields in changes.actions.values())
        )
    }
    nodes = defaultdict(list)
    if wanted:
        # Contexts can be long, and here it only counts whether there is one.
        context = Case(
            When(context__isnull=False, then=Value(True)), output_field=BooleanField(null=True)
        )
        columns = ("run_id", "pk", "name", "parent", context, "phase", "ended_at")
        for run_id, *step in Action.objects.filter(run__any_of=wanted).values_list(*columns):
            nodes[wanted[run_id]].append(Step(*step))
    return {key: Tree(nodes[key]) for key in wanted.values()}


def _reached(recording: Recording, key: RunKey, changes: Changes, tree: Tree[Step]) -> set[str]:
    """The names of the other actions that a change reaches through the tree."""
    if changes.run & SHARED:
        return set(tree.nodes)
    found: set[str] = set()
    if "context" in changes.run:
        found.update(node.name for node in tree.takers_of_context(None))
    if changes.run & END:
        found.update(_ended_with(recording, key, recording.runs[key], tree, None))
    for name, fields in changes.actions.items():
        action_key = (*key, name)
        if name in changes.new_actions or fields & {"context", "parent"}:
            found.update(node.name for node in tree.takers_of_context(name))
        if name in changes.new_actions or fields & (END | {"parent"}):
            row = recording.actions[action_key]
            found.update(_ended_with(recording, action_key, row, tree, name))
    return found


def _ended_with(
    recording: Recording,
    key: RunKey | ActionKey,
    row: Run | Action,
    tree: Tree[Step],
    name: str | None,
) -> Iterator[str]:
    """The descendants whose end depends on that of `row`: unfinished, or ended after it."""
    before, after = recording.ends_before.get(key, End(False, None)), End.of(row)
    if before == after:
        return
    ends = [end.at for end in (before, after) if end.at is not None]
    for node in tree.descendants(name):
        if not is_terminal(node.phase) or _later(node.ended_at, min(ends, default=None)):
            yield node.name


def _later(ended_at: datetime | None, than: datetime | None) -> bool:
    return ended_at is None or (than is not None and ended_at > than)


def _touches_root(recording: Recording, key: RunKey, names: set[str], changes: Changes) -> bool:
    """Links of the run's own level read the root action, so its changes reach them too."""
    moved = {name for name in names - changes.new_actions if "parent" in changes.actions[name]}
    rows = (recording.actions.get((*key, name)) for name in names)
    return bool(moved) or any(row is not None and not row.parent for row in rows)
