"""Filling the database: one block recorded and resolved as in production, the others made of it.

A copy is the block's rows with ids moved on, times moved back and the block's mark replaced, by
one statement a table: the server reads and writes them by itself, as fast as it does by COPY, and
the rows are all that recording and resolving would have written.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import connection, models, transaction

from benchmarks.bulk import loading
from benchmarks.ingesting import record
from benchmarks.runs import APART, BLOCK, NEWEST, documents, mark
from linkhub.links.days import recompute_days
from linkhub.links.models import Link, Resolved
from linkhub.links.work import drain
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run

Table: TypeAlias = type[models.Model]
# In the order in which they refer to each other.
REFERRED_TO: tuple[Table, ...] = (Run, Action, Attempt, Pod)
TABLES: tuple[Table, ...] = (*REFERRED_TO, AttachedLink, Link, Resolved)
# More runs than these are put into tables without indexes.
MANY = 20_000
# So that what a statement keeps for its foreign keys' checks stays small: about a million links.
BLOCKS_AT_ONCE = 500
# A resolved URL is found by this; the copies of one are not to be the same.
DIGEST = "substring(sha256(convert_to(replace(url, %(old)s, m.mark), 'UTF8')) FROM 1 FOR 16)"

DAYS, DAYS_PATIENCE = timedelta(days=31), 300.0
MARK_DAYS = """
    INSERT INTO runs_daymark (workflow_id, day)
    SELECT DISTINCT workflow_id, (created_at AT TIME ZONE 'UTC')::date FROM runs_run
    WHERE created_at >= %s AND workflow_id IS NOT NULL
"""


@dataclass
class Data:
    """What is stored: so many `blocks` of runs with so many `actions` each."""

    actions: int
    blocks: int = 0
    strides: dict[Table, int] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        return self.blocks * BLOCK

    def begin(self) -> None:
        """The first block, by the ways in and out that production has."""
        record(list(documents(0, actions=self.actions)))
        if not drain(Pending.Lane.MAIN, seconds=60):
            raise RuntimeError("the first block was not resolved within a minute")
        self.blocks, self.strides = 1, _strides()

    def grow(self, runs: int) -> int:
        """As many more blocks as `runs` runs need; return the bytes that the database then has."""
        tables = [model._meta.db_table for model in TABLES]
        with loading(tables) if runs - self.runs > MANY else nullcontext():
            self._copy(runs)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")
        _fill_days()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])

    def multiply(self, runs: int) -> None:
        """The blocks, and the days of workflows that they change; within a transaction, too."""
        self._copy(runs)
        _fill_days()

    def _copy(self, runs: int) -> None:
        last = math.ceil(runs / BLOCK)
        for first in range(self.blocks, last, BLOCKS_AT_ONCE):
            _multiply(range(first, min(last, first + BLOCKS_AT_ONCE)), self.strides)
        self.blocks = max(self.blocks, last)


def _fill_days() -> None:
    """The days that pages show, as the task keeps them; no copy was marked when it was made."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_DAYS, [NEWEST - DAYS])
    recompute_days(seconds=DAYS_PATIENCE)


def _multiply(blocks: range, strides: dict[Table, int]) -> None:
    marks = [mark(block) for block in blocks]
    values: dict[str, Any] = {"old": mark(0), "blocks": list(blocks), "marks": marks}
    with transaction.atomic(), connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(_copies_of(model, strides), values | {"apart": APART * BLOCK})
        for model in REFERRED_TO:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )


def _strides() -> dict[Table, int]:
    """By how much the ids of a table move on from block to block: all that the first one took."""
    return {
        model: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for model in TABLES
    }


def _copies_of(model: Table, strides: dict[Table, int]) -> str:
    keeps_ids = model in REFERRED_TO
    fields = [field for field in model._meta.concrete_fields if keeps_ids or not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_moved(model, field, strides) for field in fields)
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values}"
        f" FROM {model._meta.db_table} AS x,"
        " unnest(%(blocks)s::int[], %(marks)s::text[]) AS m (block, mark)"
        f" WHERE x.id <= {strides[model]} ORDER BY m.block, x.id"
    )


def _moved(model: Table, field: models.Field[Any, Any], strides: dict[Table, int]) -> str:
    column = f'x."{field.column}"'
    target = model if field.primary_key else field.related_model
    match field:
        case _ if target in strides:
            return f"{column} + m.block * {strides[target]}::bigint"
        case models.DateTimeField():
            return f"{column} - m.block * %(apart)s::interval"
        case models.JSONField():
            return f"replace({column}::text, %(old)s, m.mark)::jsonb"
        case models.CharField() | models.TextField():
            return f"replace({column}, %(old)s, m.mark)"
        case _ if field.column == "url_digest":
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE {DIGEST} END"
    return column
