"""Recording executions: what every way in calls. A repeated or late write changes nothing more.

Each function is one transaction: it locks the runs, merges, writes, and marks what is to be
resolved; the workers are nudged once it has committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.lib.garbage import uncollected
from linkhub.lib.meters import DOCUMENTS
from linkhub.runs import merge
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.changes import next_change
from linkhub.runs.documents import ActionDocument, ActionFields, RunDocument
from linkhub.runs.layers import Overrides, as_documents, entries, reaches_actions
from linkhub.runs.marking import units_to_resolve
from linkhub.runs.models import Action, AttachedLink, Run, Task, Workflow
from linkhub.runs.nudges import nudge_on_commit
from linkhub.runs.pending import Unit, mark
from linkhub.runs.recording import Item, Recording
from linkhub.runs.settling import settle


@dataclass(frozen=True)
class RunWrite:
    """One run's document for `record_batch`."""

    project: Project
    domain: str
    name: str
    document: RunDocument


def record_run(
    *, project: Project, domain: str, name: str, document: RunDocument
) -> tuple[Run, bool]:
    """Merge one run's document; return the run and whether it is new."""
    return record_batch([RunWrite(project, domain, name, document)])[0]


@uncollected()
def record_batch(writes: Sequence[RunWrite]) -> list[tuple[Run, bool]]:
    """Merge many documents in one transaction; return each one's run and whether it is new."""
    with transaction.atomic():
        recording = _record(writes, timezone.now())
        return [
            (recording.runs[item.key], recording.changes[item.key].created)
            for item in recording.items
        ]


def record_action(
    *, project: Project, domain: str, run: str, action: str, document: ActionFields
) -> tuple[Action, bool]:
    """Merge one action's document, making its run where unseen; return it and whether it is new."""
    named = ActionDocument.model_construct(
        document.model_fields_set | {"name"}, **dict(document), name=action
    )
    with transaction.atomic():
        write = RunWrite(project, domain, run, _only(named))
        recording = _record([write], timezone.now())
        key = (project.pk, domain, run)
        return (
            recording.actions[*key, action],
            action in recording.changes[key].new_actions,
        )


def emit_link(
    *, project: Project, domain: str, run: str, action: str | None, link: AttachedLinkDocument
) -> tuple[AttachedLink, bool]:
    """Store a link that a running step emits; the same key, attempt and pod replaces it.

    Every PUT leaves it alone. Returns the stored link and whether it is new.
    """
    received = timezone.now()
    document = RunDocument() if action is None else _only(ActionDocument(name=action))
    with transaction.atomic():
        recording = _record([RunWrite(project, domain, run, document)], received)
        key = (project.pk, domain, run)
        run_row = recording.runs[key]
        action_row = None if action is None else recording.actions[*key, action]
        [entry] = entries([link])
        link_key, attempt, pod, body = entry
        row, created = AttachedLink.objects.get_or_create(
            run=run_row,
            action=action_row,
            layer=AttachedLink.Layer.EMITTED,
            key=link_key,
            attempt=attempt,
            pod=pod,
            defaults={"body": body, "stamp": -1},
        )
        stamp = merge.to_stamp(link.updated_at or received)
        if merge.wins(stamp, body, row.stamp, row.body):
            if created or body != row.body:
                reaches = reaches_actions(entry) or row.body.get("level", "run") != "run"
                _mark(_units_of(run_row, action_row, reaches_actions=reaches))
            row.body, row.stamp = body, stamp
            row.save(update_fields=["body", "stamp"])
        return row, created


def record_task_links(
    *,
    project: Project,
    task: str,
    version: str,
    links: list[AttachedLinkDocument],
    updated_at: datetime | None = None,
) -> tuple[Task, bool]:
    """Replace the static links of a task version; return the task and whether it is new.

    The change reaches every action of that task version: it takes a value of the change counter.
    """
    stamp = merge.to_stamp(updated_at or timezone.now())
    with transaction.atomic():
        Task.objects.bulk_create(
            [Task(project=project, name=task, version=version)], ignore_conflicts=True
        )
        row = Task.objects.select_for_update().get(project=project, name=task, version=version)
        created = not row.stamps
        new = as_documents(entries(links))
        held = row.links
        if merge.claim(row, "links", new, held, stamp):
            if new != held:
                row.links, row.change = new, next_change()
            row.save(update_fields=["links", "stamps", "change"])
        return row, created


def _only(action: ActionDocument) -> RunDocument:
    return RunDocument.model_construct({"actions"}, actions=[action])


def _record(writes: Sequence[RunWrite], received: datetime) -> Recording:
    recording = Recording(
        [
            Item(write.project, write.domain, write.name, write.document, received)
            for write in writes
        ]
    )
    overrides = Overrides(recording)
    recording.lock_runs()
    recording.load()
    overrides.load()
    recording.merge()
    overrides.merge()
    settle(recording)
    recording.write()
    overrides.write()
    _update_latest_runs(recording)
    _mark(units_to_resolve(recording))
    transaction.on_commit(lambda: DOCUMENTS.add(len(writes)))
    return recording


def _units_of(run: Run, action: Action | None, *, reaches_actions: bool) -> set[Unit]:
    """The units of a link that is attached to `action`, or to the run itself."""
    if action is not None:
        return {Unit(run.project_id, run.pk, action.pk)}
    units = {Unit(run.project_id, run.pk)}
    if reaches_actions:
        ids = Action.objects.filter(run=run).values_list("pk", flat=True)
        units.update(Unit(run.project_id, run.pk, pk) for pk in ids)
    return units


def _mark(units: set[Unit]) -> None:
    if mark(units):
        nudge_on_commit()


def _update_latest_runs(recording: Recording) -> None:
    """Recompute the latest run of the workflows that gained, lost or moved one.

    The rows are locked first, by a statement of their own, so that the one that reads the runs
    sees what other recorders of the workflow have committed. The run that it chooses is held: one
    that retention is removing is waited for, and then another is chosen.
    """
    touched: set[int] = set()
    for key, changes in recording.changes.items():
        run = recording.runs[key]
        touched |= changes.workflows_left
        if run.workflow_id is not None and changes.run & {"workflow", "created_at"}:
            touched.add(run.workflow_id)
    if not touched:
        return
    locked = Workflow.objects.filter(pk__in=touched).order_by("pk").select_for_update()
    ids = list(locked.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_workflow AS w SET latest_run_id = ("
            " SELECT r.id FROM runs_run AS r WHERE r.workflow_id = w.id"
            " ORDER BY r.created_at DESC, r.id DESC LIMIT 1 FOR KEY SHARE)"
            " WHERE w.id = ANY(%s)",
            [ids],
        )
