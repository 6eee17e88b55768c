"""One transaction's recording, step by step: lock, load, merge, settle, write.

Every write to a run first locks its Run row, a batch in natural-key order, so that two recorders
never deadlock and a merge never races. Each table is read once and written once, whatever the
number of documents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models

from linkhub.accounts.models import Project
from linkhub.lib.phases import is_terminal
from linkhub.runs import merge, reopening
from linkhub.runs.documents import (
    ActionDocument,
    AttemptDocument,
    Document,
    PodDocument,
    RunDocument,
)
from linkhub.runs.models import Action, Attempt, Pod, Run, Task, Workflow
from linkhub.runs.reopening import Reopening
from linkhub.runs.rows import K, M, Rows, blank, insert_unseen

# What is no field of its own in the row, or not merged as one.
MERGED_APART = frozenset(
    {"updated_at", "name", "number", "phase", "reopened", "links", "actions", "attempts", "pods"}
)
RUN_APART = MERGED_APART | {"workflow", "ended_at"}
ACTION_APART = MERGED_APART | {"task", "ended_at"}

RunKey = tuple[int, str, str]
ActionKey = tuple[int, str, str, str]


@dataclass(frozen=True)
class Item:
    """One document with its run's natural key; `received` stands in for a missing stamp."""

    project: Project
    domain: str
    name: str
    document: RunDocument
    received: datetime

    @cached_property
    def key(self) -> RunKey:
        return self.project.pk, self.domain, self.name

    @cached_property
    def stamp(self) -> int:
        return stamp_of(self.document, merge.to_stamp(self.received))


@dataclass(frozen=True)
class End:
    """Whether and when a run or action ended."""

    terminal: bool
    at: datetime | None

    @classmethod
    def of(cls, row: Run | Action) -> End:
        return cls(is_terminal(row.phase), row.ended_at)


@dataclass
class Changes:
    """What recording changed of one run: the names of fields, of itself and by action name.

    An attempt's or pod's change counts as one of its action's `attempts`.
    """

    created: bool = False
    new_actions: set[str] = field(default_factory=set)
    run: set[str] = field(default_factory=set)
    actions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    workflows_left: set[int] = field(default_factory=set)


def stamp_of(document: Document, inherited: int) -> int:
    """When what the document holds was true: its own stamp, else that of what contains it."""
    if document.updated_at is None:
        return inherited
    return merge.to_stamp(document.updated_at)


def ensure(rows: Rows[K, M], model: type[M], names: Sequence[str], wanted: Iterable[K]) -> None:
    """Read the rows of `model` with the natural keys `wanted`, and make those that are not there.

    Of each it reads the key alone; what another recorder makes at once is waited for.
    """
    missing: set[Any] = {key for key in wanted if rows.get(key) is None}
    _read(rows, model, names, missing)
    if missing := {key for key in missing if rows.get(key) is None}:
        made = [model(**dict(zip(names, key, strict=True))) for key in sorted(missing)]
        model._default_manager.bulk_create(made, ignore_conflicts=True)
        _read(rows, model, names, missing)


def _read(rows: Rows[K, M], model: type[M], names: Sequence[str], keys: Collection[Any]) -> None:
    if not keys:
        return
    values = zip(*keys, strict=True)
    held = {f"{name}__any_of": set(each) for name, each in zip(names, values, strict=True)}
    for row in model._default_manager.filter(**held).only(*names):
        rows.add_stored(tuple(getattr(row, name) for name in names), row)  # type: ignore[arg-type]


class Recording:
    """The rows that a batch of documents touches, and what it changed of them."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.changes: dict[RunKey, Changes] = {}
        self.runs: Rows[RunKey, Run] = Rows(Run)
        self.actions: Rows[ActionKey, Action] = Rows(Action)
        self.attempts: Rows[tuple[ActionKey, int], Attempt] = Rows(Attempt)
        self.pods: Rows[tuple[ActionKey, int, str], Pod] = Rows(Pod)
        self.tasks: Rows[tuple[int, str, str], Task] = Rows(Task)
        self.workflows: Rows[RunKey, Workflow] = Rows(Workflow)
        self.ends_before: dict[RunKey | ActionKey, End] = {}
        self._task_names: dict[ActionKey, str] = {}

    def lock_runs(self) -> None:
        """Make the runs that are unseen, then lock the others; both in natural-key order.

        An unseen run goes in with what is said of it, so that it is written once. One that is
        deleted before it is locked is made again. The locks leave foreign keys free to be
        checked, so that a worker that stores links of the run waits for nothing.
        """
        self._ensure_workflows()
        missing = defaultdict(list)
        for item in self.items:
            missing[item.key].append(item)
        while missing:
            keys = sorted(missing)
            known = set(_stored(keys).values_list("project_id", "domain", "name"))
            for key in self._insert_runs({key: missing[key] for key in keys if key not in known}):
                del missing[key]
            ordered = _stored(missing).order_by("project_id", "domain", "name")
            locked = ordered.select_related("workflow").select_for_update(of=("self",), no_key=True)
            for run in locked if missing else ():
                key = (run.project_id, run.domain, run.name)
                if missing.pop(key, None):
                    self.runs.add_stored(key, run)
                    self.ends_before[key] = End.of(run)
                    self.changes[key] = Changes()

    def _ensure_workflows(self) -> None:
        """Before any run is locked: what another recorder makes at once is waited for here."""
        names = (
            (item.project.pk, item.domain, item.document.workflow)
            for item in self.items
            if item.document.workflow
        )
        ensure(self.workflows, Workflow, ("project_id", "domain", "name"), names)

    def _insert_runs(self, unseen: Mapping[RunKey, Sequence[Item]]) -> Collection[RunKey]:
        """Insert those runs that nobody else makes meanwhile, merged; return their keys."""
        rows: dict[RunKey, Run] = {}
        changes: dict[RunKey, Changes] = {}
        for key, items in unseen.items():
            first = items[0]
            rows[key] = run = blank(
                Run,
                project=first.project,
                domain=first.domain,
                name=first.name,
                created_at=first.received,
                received_at=first.received,
            )
            changes[key] = Changes(created=True)
            for item in items:
                self._merge_run(run, changes[key], item)
            demanded = run.stamps.get(reopening.REOPENED, reopening.NEVER)
            changes[key].run |= reopening.settle(run, Reopening(demanded=demanded))
        inserted = insert_unseen(Run, rows, ("project_id", "domain", "name")) if rows else {}
        for key, run in inserted.items():
            self.runs.add_stored(key, run)
            self.ends_before[key] = End(False, None)
            self.changes[key] = changes[key]
        return inserted.keys()

    def load(self) -> None:
        """Read what is stored of the actions, attempts and pods that the documents name."""
        names = {action.name for item in self.items for action in item.document.actions}
        if names:
            self.load_actions(Action.objects.filter(name__any_of=names))

    def load_actions(self, stored: models.QuerySet[Action]) -> None:
        """Of runs that were stored before: one that was made here has nothing below it yet."""
        keys = {run.pk: key for key, run in self.runs.items() if not self.changes[key].created}
        if not keys:
            return
        found: dict[int, ActionKey] = {}
        for action in stored.filter(run__any_of=keys).select_related("task"):
            key = (*keys[action.run_id], action.name)
            if self.actions.get(key) is None:
                found[action.pk] = key
                self.actions.add_stored(key, action)
                self.ends_before[key] = End.of(action)
        for attempt in Attempt.objects.filter(action__any_of=found):
            self.attempts.add_stored((found[attempt.action_id], attempt.number), attempt)
        for pod in Pod.objects.filter(attempt__action__any_of=found).select_related("attempt"):
            key = found[pod.attempt.action_id]
            self.pods.add_stored((key, pod.attempt.number, pod.name), pod)

    def merge(self) -> None:
        for item in self.items:
            if not self.changes[item.key].created and self._merge_run(
                self.runs[item.key], self.changes[item.key], item
            ):
                self.runs.touch(item.key)
            for document in item.document.actions:
                self._merge_action(item, document)

    def _merge_run(self, run: Run, changes: Changes, item: Item) -> bool:
        """Merge what is said of the run itself; return whether any of it is to be saved."""
        document = item.document
        given = document.given(RUN_APART)
        changed, dirty = merge.merge_fields(run, given, item.stamp, created_at=run.received_at)
        if "workflow" in document.model_fields_set:
            held = run.workflow.name if run.workflow else None
            if merge.claim(run, "workflow", document.workflow, held, item.stamp):
                dirty = True
                if document.workflow != held:
                    changed.add("workflow")
                    if run.workflow_id is not None:
                        changes.workflows_left.add(run.workflow_id)
                    key = (item.project.pk, item.domain, document.workflow or "")
                    run.workflow = self.workflows.get(key)
        changes.run |= changed
        return _observe(run, document, item.stamp) or dirty

    def _merge_action(self, item: Item, document: ActionDocument) -> None:
        key = (*item.key, document.name)
        action = self.actions.get(key)
        if action is None:
            run = self.runs[item.key]
            action = self.actions.add_blank(key, run=run, name=document.name)
            self.changes[item.key].new_actions.add(document.name)
        stamp = stamp_of(document, item.stamp)
        changed, dirty = merge.merge_fields(action, document.given(ACTION_APART), stamp)
        if "task" in document.model_fields_set:
            held = self.task_name(key, action)
            if merge.claim(action, "task", document.task, held or None, stamp):
                self._task_names[key] = document.task or ""
                dirty = True
        if _observe(action, document, stamp) or dirty:
            self.actions.touch(key)
        for attempt in document.attempts:
            if self._merge_attempt(key, action, attempt, stamp_of(attempt, stamp)):
                changed.add("attempts")
        self.changes[item.key].actions[document.name] |= changed

    def task_name(self, key: ActionKey, action: Action) -> str:
        """As merged so far; empty for none."""
        if key in self._task_names:
            return self._task_names[key]
        return action.task.name if action.task_id is not None and action.task else ""

    def _merge_attempt(
        self, action_key: ActionKey, action: Action, document: AttemptDocument, stamp: int
    ) -> bool:
        key = (action_key, document.number)
        attempt = self.attempts.get(key)
        if is_new := attempt is None:
            attempt = self.attempts.add_blank(key, action=action, number=document.number)
        changed, dirty = merge.merge_fields(attempt, document.given(MERGED_APART), stamp)
        if merge.observe(attempt, document.phase, stamp):
            dirty = True
            attempt.phase = merge.highest(attempt.observed)
            changed.add("phase")
        if dirty:
            self.attempts.touch(key)
        pods = [self._merge_pod(key, attempt, pod, stamp_of(pod, stamp)) for pod in document.pods]
        return is_new or bool(changed) or any(pods)

    def _merge_pod(
        self,
        attempt_key: tuple[ActionKey, int],
        attempt: Attempt,
        document: PodDocument,
        stamp: int,
    ) -> bool:
        key = (*attempt_key, document.name)
        pod = self.pods.get(key)
        if is_new := pod is None:
            pod = self.pods.add_blank(key, attempt=attempt, name=document.name)
        changed, dirty = merge.merge_fields(pod, document.given(MERGED_APART), stamp)
        if dirty:
            self.pods.touch(key)
        return is_new or bool(changed)

    def write(self) -> None:
        for rows in (self.runs, self.actions, self.attempts, self.pods):
            rows.write()


def _stored(keys: Collection[RunKey]) -> models.QuerySet[Run]:
    """The runs with these natural keys, and perhaps some more."""
    return Run.objects.filter(
        project__any_of={project for project, _, _ in keys},
        domain__any_of={domain for _, domain, _ in keys},
        name__any_of={name for _, _, name in keys},
    )


def _observe(row: Run | Action, document: RunDocument | ActionDocument, stamp: int) -> bool:
    """Note what phase and end are derived from; return whether any of it is news."""
    news = [reopening.observe_end(row, document.phase, document.ended_at, stamp)]
    if document.reopened:
        news.append(reopening.note_demand(row, stamp))
    if "ended_at" in document.model_fields_set:
        news.append(reopening.note_end(row, document.ended_at, stamp))
    return any(news)
