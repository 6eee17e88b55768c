"""What a run and a link take on disk, by table, with indexes and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from benchmarks.costs import Cost

SIZES = """
    SELECT c.relname, c.reltuples::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid)
    FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relname = ANY(%s)
    ORDER BY pg_total_relation_size(c.oid) DESC
"""
OF_LINKS = ("links_link", "links_resolved")
OF_RUNS = (
    "runs_run",
    "runs_action",
    "runs_attempt",
    "runs_pod",
    "runs_attachedlink",
    "runs_workflowday",
)


@dataclass(frozen=True)
class Table:
    """Bytes of the rows (and what is kept beside them) and of the indexes."""

    name: str
    rows: int
    table: int
    indexes: int

    @property
    def total(self) -> int:
        return self.table + self.indexes


def tables() -> list[Table]:
    """Vacuumed and analyzed before, so that the number of rows is known."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [[*OF_LINKS, *OF_RUNS]])
        return [Table(*row) for row in cursor.fetchall()]


def measure(runs: int) -> Iterator[Cost]:
    found = {table.name: table for table in tables()}
    links = found["links_link"].rows
    of_links = sum(found[name].total for name in OF_LINKS)
    of_runs = sum(found[name].total for name in OF_RUNS)
    link_indexes = sum(found[name].indexes for name in OF_LINKS)
    run_indexes = sum(found[name].indexes for name in OF_RUNS)
    per_run = f"{found['runs_action'].rows / runs:.1f} actions, {links / runs:.1f} links a run"
    yield Cost("links_a_run", "links of a run", links / runs, "links", runs)
    yield Cost(
        "bytes_a_run",
        "a run on disk, without its links",
        of_runs / runs,
        "bytes",
        runs,
        about=f"{per_run}; indexes {run_indexes / of_runs:.0%}",
    )
    yield Cost(
        "bytes_a_link",
        "a link on disk",
        of_links / links,
        "bytes",
        runs,
        about=f"with what keeps it up to date; indexes {link_indexes / of_links:.0%}",
    )


def as_data() -> list[dict[str, Any]]:
    return [asdict(table) for table in tables()]
