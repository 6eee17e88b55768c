"""After merging: what depends on several rows. Phases after reopenings, and tasks' versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db import models
from django.db.models import Max, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from linkhub.runs import reopening
from linkhub.runs.models import Action, Task
from linkhub.runs.recording import ActionKey, Recording, RunKey, ensure
from linkhub.runs.reopening import Reopening
from linkhub.runs.rows import relate


def settle(recording: Recording) -> None:
    """Derive it all, and note in the recording what that changed."""
    _settle_tasks(recording)
    _settle_phases(recording)


def _settle_phases(recording: Recording) -> None:
    attempts = defaultdict(list)
    for (action_key, _), attempt in recording.attempts.items():
        attempts[action_key].append(attempt)
    for key, action in recording.actions.items():
        demanded = action.stamps.get(reopening.REOPENED, reopening.NEVER)
        retried = reopening.latest_retry(attempts[key])
        if changed := reopening.settle(action, Reopening(retried, demanded)):
            recording.actions.touch(key)
            recording.changes[key[:3]].actions[action.name] |= changed
    found = _reopenings(recording)
    for run_key, run in recording.runs.items():
        if changed := reopening.settle(run, found[run_key]):
            recording.runs.touch(run_key)
            recording.changes[run_key].run |= changed


def _reopenings(recording: Recording) -> dict[RunKey, Reopening]:
    """By run, of its own and of all its actions: those read here and the others."""
    found: dict[RunKey, list[tuple[datetime | None, int | None]]] = {
        key: [(None, run.stamps.get(reopening.REOPENED))] for key, run in recording.runs.items()
    }
    for key, action in recording.actions.items():
        found[key[:3]].append((action.reopened_at, action.stamps.get(reopening.REOPENED)))
    for run_key, retried_at, demanded in _other_reopenings(recording):
        found[run_key].append((retried_at, demanded))
    return {key: reopening.latest(each) for key, each in found.items()}


def _other_reopenings(recording: Recording) -> Iterator[tuple[RunKey, datetime | None, int | None]]:
    """Of the actions that were not read, which only a run that was stored before can have.

    Nothing can reopen a run that never ended.
    """
    keys = {
        run.pk: key
        for key, run in recording.runs.items()
        if not recording.changes[key].created and reopening.has_ended(run)
    }
    if not keys:
        return
    demanded = Cast(KeyTextTransform(reopening.REOPENED, "stamps"), models.BigIntegerField())
    others = (
        Action.objects.filter(run__any_of=keys)
        .filter(Q(reopened_at__isnull=False) | Q(stamps__has_key=reopening.REOPENED))
        .exclude(pk__any_of=[action.pk for _, action in recording.actions.items() if action.pk])
        .values_list("run_id")
        .annotate(retried=Max("reopened_at"), demanded=Max(demanded))
    )
    for run_id, retried_at, demanded_at in others:
        yield keys[run_id], retried_at, demanded_at


def _settle_tasks(recording: Recording) -> None:
    """An action's task is of its own version, else of the run's, which may have changed."""
    moved = [
        recording.runs[key].pk
        for key, changes in recording.changes.items()
        if "version" in changes.run and not changes.created
    ]
    if moved:
        recording.load_actions(
            Action.objects.filter(run__any_of=moved, task_version="", task__isnull=False)
        )
    wanted: dict[ActionKey, tuple[int, str, str]] = {}
    for key, action in recording.actions.items():
        if name := recording.task_name(key, action):
            version = action.task_version or recording.runs[key[:3]].version
            wanted[key] = (key[0], name, version)
    ensure(recording.tasks, Task, ("project_id", "name", "version"), wanted.values())
    for key, action in recording.actions.items():
        task = recording.tasks[wanted[key]] if key in wanted else None
        if (task and task.pk) != action.task_id:
            relate(action, "task", task)
            recording.actions.touch(key)
            recording.changes[key[:3]].actions[action.name].add("task")
