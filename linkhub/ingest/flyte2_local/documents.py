"""One run's rows of Flyte's local store, as the document that records it.

What the store of Flyte 2.12.1 says, and what it means:

- The row `a0` is the run as a whole: it has the run's phase, times and error, and nothing else.
  The workflow is executed by an action of its own below `a0`. That one is the run's root action
  here: it has the context, the attempts and the links. A run that failed before its task began
  has `a0` alone.
- Every task's parent is `a0`, however deep it was called, unless Flyte's terminal UI or its
  reporting of tracked runs was on: the nearest ancestor that is known then is the root.
- A task's context is complete as stored. A traced function has none stored: it has its task's.
- `log_links` are all links that the action had, its task's own or an override's, rendered with
  the pod name `localhost`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linkhub.ingest.flyte2_local import values
from linkhub.ingest.flyte2_local.actions import action_of
from linkhub.ingest.flyte2_local.store import Row, StoredRun
from linkhub.ingest.flyte2_local.values import Problems
from linkhub.lib.names import check_name
from linkhub.runs.documents import ActionDocument, RunDocument
from linkhub.runs.phases import Phase

ENGINE = "flyte2"
SOURCE = "flyte2-local"
WHOLE = "a0"


@dataclass(frozen=True, slots=True)
class Converted:
    """A run's document, none where it cannot be recorded, and what was left out, in sentences."""

    document: RunDocument | None
    problems: tuple[str, ...]


def convert(run: StoredRun) -> Converted:
    """The document of one stored run."""
    problems = Problems(f"run {values.text(run.name)[:80]}")
    if message := check_name(run.name):
        problems.sentences.append(f"{problems.subject} is left out: {message}")
        return Converted(None, tuple(problems.sentences))
    whole = next((row for row in run.rows if row.action_name == WHOLE), None)
    root = _root(run.rows, whole)
    facts = _facts(whole, root, problems)
    facts["actions"], sentences = _actions(run, whole, root)
    document = values.validated(RunDocument, facts, "it", problems)
    return Converted(document, (*problems.sentences, *sentences))


def _root(rows: Sequence[Row], whole: Row | None) -> Row | None:
    """The action that executes the workflow: the first below the whole run, of the same task.

    A name given twice (`with_runcontext(name=…)`) leaves rows of the earlier run behind.
    """
    for row in rows:
        if row is whole or row.parent_id not in (WHOLE, None):
            continue
        if whole is None or (row.task_name == whole.task_name and not _before(row, whole)):
            return row
    return None


def _before(row: Row, other: Row) -> bool:
    match row.start_time, other.start_time:
        case (int() | float() as mine, int() | float() as its):
            return mine < its
    return False


def _facts(whole: Row | None, root: Row | None, problems: Problems) -> dict[str, Any]:
    """The run's own fields; `created_at` is its start, there is no other."""
    row = whole or root
    found: dict[str, Any] = {"engine": ENGINE, "source": SOURCE}
    if row is not None:
        found |= values.life(row.status, row.start_time, row.end_time, problems)
        if row.task_name:
            found["workflow"] = values.text(row.task_name)
        if found["started_at"] is not None:
            found["created_at"] = found["started_at"]
        if found.get("phase") == Phase.RUNNING:
            found["reopened"] = True
    if root is not None and (context := values.context(root.context, problems)) is not None:
        found["context"] = context
    return found


def _actions(
    run: StoredRun, whole: Row | None, root: Row | None
) -> tuple[list[ActionDocument], list[str]]:
    actions, sentences = [], []
    for row in run.rows:
        if row is whole and (root is not None or row.end_time is None):
            continue
        problems = Problems(f"run {run.name}, action {values.text(row.action_name)[:80]}")
        action = action_of(row, _parent(row, root), problems)
        if action is not None:
            actions.append(action)
        sentences += problems.sentences
    return actions, sentences


def _parent(row: Row, root: Row | None) -> str:
    if row is root or not row.parent_id:
        return ""
    if row.parent_id != WHOLE:
        return values.text(row.parent_id)
    return "" if root is None else values.text(root.action_name)
