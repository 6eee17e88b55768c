"""Removing runs with everything below them: a few at a time, each time a short transaction.

Whatever refers to a run by a cascade goes by one statement a table, in the order in which others
lock: runs, Pending rows, then the rest. Django's own cascade would read every row first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import structlog
from django.db import OperationalError, connection, models, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from linkhub.runs.keeping.documents import Documents
from linkhub.runs.models import Action, Pending, Run

log = structlog.get_logger(__name__)

# A transaction removes so many runs, or as many as have about so many actions.
RUNS = 100
ACTIONS = 1000
# Whom it would have to wait for longer, it leaves alone: below PostgreSQL's deadlock_timeout.
PATIENCE = "SET LOCAL lock_timeout = '200ms'"
# The newest that stays. A recorder that comes later chooses again itself.
CHOOSE_LATEST = """
    UPDATE runs_workflow AS w SET latest_run_id = (
        SELECT id FROM runs_run WHERE workflow_id = w.id AND id <> ALL(%(ids)s)
        ORDER BY created_at DESC, id DESC LIMIT 1
    )
    WHERE latest_run_id = ANY(%(ids)s)
"""
DELETE_PODS = """
    DELETE FROM runs_pod WHERE attempt_id IN (
        SELECT t.id FROM runs_attempt AS t JOIN runs_action AS a ON a.id = t.action_id
        WHERE a.run_id = ANY(%(ids)s))
"""
DELETE_ATTEMPTS = """
    DELETE FROM runs_attempt WHERE action_id IN (
        SELECT id FROM runs_action WHERE run_id = ANY(%(ids)s))
"""

Lines = Mapping[int, Sequence[bytes]]


def batches(ids: Sequence[int]) -> Iterator[list[int]]:
    """The runs in parts that are removed together."""
    counted = Action.objects.filter(run__any_of=ids).values_list("run")
    actions = dict(counted.annotate(number=models.Count("pk")))
    batch: list[int] = []
    weight = 0
    for pk in ids:
        if batch and (len(batch) == RUNS or weight + actions.get(pk, 0) > ACTIONS):
            yield batch
            batch, weight = [], 0
        batch.append(pk)
        weight += actions.get(pk, 0)
    if batch:
        yield batch


def delete_runs(ids: Collection[int], archived: Lines | None = None) -> int:
    """Remove those of the runs that nobody else holds; return how many.

    With `archived`, the lines by run that stand in an archive, also those alone of which these
    are still all there is to say.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            runs = _lock(ids)
            if archived is not None:
                documents = Documents(runs)
                runs = [run for run in runs if documents.lines(run) == archived.get(run.pk)]
            if runs:
                for statement in statements():
                    cursor.execute(statement, {"ids": [run.pk for run in runs]})
    except OperationalError as error:
        if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
            raise
        log.info("runs_put_off", runs=len(ids), reason=str(error))
        return 0
    return len(runs)


def statements() -> Iterator[str]:
    """What removes the runs `ids` and everything below them, in order."""
    below = [each.field for each in cascading(Run) if each.related_model is not Action]
    for field in sorted(below, key=lambda field: field.model is not Pending):
        yield _delete(field)
    yield DELETE_PODS
    yield DELETE_ATTEMPTS
    yield CHOOSE_LATEST
    yield "DELETE FROM runs_action WHERE run_id = ANY(%(ids)s)"
    yield "DELETE FROM runs_run WHERE id = ANY(%(ids)s)"


def referring(model: type[models.Model]) -> list[models.ManyToOneRel]:
    """The relations of others to `model`, also those without a name."""
    fields = model._meta.get_fields(include_hidden=True)
    return [each for each in fields if isinstance(each, models.ManyToOneRel)]


def cascading(model: type[models.Model]) -> list[models.ManyToOneRel]:
    """The relations by which rows go with one of `model`."""
    return [each for each in referring(model) if each.on_delete is models.CASCADE]


def _delete(field: models.ForeignKey[Any, Any]) -> str:
    table = connection.ops.quote_name(field.model._meta.db_table)
    column = connection.ops.quote_name(str(field.column))
    return f"DELETE FROM {table} WHERE {column} = ANY(%(ids)s)"  # noqa: S608 (names of our own)


def _lock(ids: Collection[int]) -> list[Run]:
    """In natural-key order, as everybody; who holds one of them keeps it from going."""
    rows = Run.objects.filter(pk__any_of=ids).select_related("project", "workflow")
    ordered = rows.order_by("project", "domain", "name")
    return list(ordered.select_for_update(of=("self",), skip_locked=True))
