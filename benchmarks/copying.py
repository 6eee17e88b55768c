"""The baseline: the same finished rows by COPY into the same tables, committed.

Between two rounds the rows are deleted and the tables vacuumed, so that whoever comes next finds
no trace of them: neither dead index entries nor unequal free space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import connection, models, transaction

from linkhub.links.models import Link, Resolved
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run, Workflow

ACTIONS = "SELECT id FROM runs_action WHERE run_id = ANY(%s)"
ATTEMPTS = f"SELECT id FROM runs_attempt WHERE action_id IN ({ACTIONS})"
Tables: TypeAlias = dict[type[models.Model], str]
# Which rows belong to runs, in the order in which they refer to each other.
RECORDED: Tables = {
    Run: "id = ANY(%s)",
    Action: "run_id = ANY(%s)",
    Attempt: f"action_id IN ({ACTIONS})",
    Pod: f"attempt_id IN ({ATTEMPTS})",
    AttachedLink: "run_id = ANY(%s)",
    Pending: "run_id = ANY(%s)",
}
RESOLVED: Tables = {
    Link: "run_id = ANY(%s)",
    Resolved: "run_id = ANY(%s)",
}


@dataclass(frozen=True)
class Copied:
    """One table's rows as COPY writes and reads them."""

    table: str
    columns: str
    rows: int
    text: bytes


def copy_out(tables: Tables, runs: Sequence[int]) -> list[Copied]:
    """The rows of `runs`, with their ids where other rows refer to them."""
    return [_out(model, where, list(runs)) for model, where in tables.items()]


def copy_in(copies: Sequence[Copied]) -> None:
    """Into the tables, foreign keys checked, on disk."""
    with transaction.atomic(), connection.cursor() as cursor:
        for copied in copies:
            with cursor.copy(f"COPY {copied.table} ({copied.columns}) FROM STDIN") as copy:
                copy.write(copied.text)


def delete(tables: Tables, runs: Sequence[int]) -> None:
    """Take the rows of `runs` away, and every trace of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        if Run in tables:
            Workflow.objects.filter(latest_run__in=runs).update(latest_run=None)
        for model, where in reversed(tables.items()):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {where}", [list(runs)])
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(model._meta.db_table for model in tables)}")


def _out(model: type[models.Model], where: str, runs: list[int]) -> Copied:
    table = model._meta.db_table
    own = model in {Link, Resolved, Pending}  # nothing refers to these: ids come as they come
    names = [field.column for field in model._meta.concrete_fields]
    columns = ", ".join(f'"{name}"' for name in names if not (own and name == "id"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", [runs])
        (count,) = cursor.fetchone()
        query = f"COPY (SELECT {columns} FROM {table} WHERE {where} ORDER BY id) TO STDOUT"
        with cursor.copy(query, [runs]) as copy:
            text = b"".join(bytes(part) for part in copy)
    return Copied(table, columns, count, text)
