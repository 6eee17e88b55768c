"""Stores as Flyte 2.12.1 writes them, with the rows that a test wants."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linkhub.ingest.flyte2_local.store import Row, StoredRun

TABLE = """
CREATE TABLE runs (
    run_name TEXT NOT NULL, action_name TEXT NOT NULL, task_name TEXT,
    status TEXT NOT NULL DEFAULT 'running', inputs TEXT, outputs TEXT, error TEXT,
    start_time REAL, end_time REAL, parent_id TEXT, short_name TEXT, output_path TEXT,
    cache_enabled INTEGER DEFAULT 0, cache_hit INTEGER DEFAULT 0, has_report INTEGER DEFAULT 0,
    context TEXT, group_name TEXT, log_links TEXT, attempt_count INTEGER DEFAULT 0,
    attempts_json TEXT, disable_run_cache INTEGER DEFAULT 0,
    PRIMARY KEY (run_name, action_name)
)
"""
STARTED = 1767607200.25  # 2026-01-05T10:00:00.25Z
ENDED = STARTED + 60


def attempts(*statuses: str, **fields: Any) -> str:
    """`attempts_json` with an attempt of each status."""
    return json.dumps(
        [
            {
                "attempt_num": number,
                "status": status,
                "start_time": STARTED + number,
                "end_time": None if status == "running" else STARTED + number + 0.5,
                "error": None,
                **fields,
            }
            for number, status in enumerate(statuses, 1)
        ]
    )


def whole(**fields: Any) -> dict[str, Any]:
    """The row of a run as a whole."""
    return {
        "action_name": "a0",
        "task_name": "env.train",
        "status": "succeeded",
        "start_time": STARTED,
        "end_time": ENDED,
        **fields,
    }


def task(name: str = "x1", **fields: Any) -> dict[str, Any]:
    """The row of a task that has succeeded at the first attempt."""
    return {
        **whole(action_name=name, parent_id="a0", start_time=STARTED + 1, end_time=ENDED - 1),
        "attempts_json": attempts("succeeded"),
        **fields,
    }


def stored(*rows: dict[str, Any], name: str = "r1") -> StoredRun:
    """A run as it comes out of the store."""
    empty = dict.fromkeys(Row.__dataclass_fields__)
    return StoredRun(name, tuple(Row(**{**empty, **row}) for row in rows))


def write_store(path: Path, *, drop: Sequence[str] = (), **runs: list[dict[str, Any]]) -> Path:
    """A store with the rows of each run, without the columns to `drop`."""
    with sqlite3.connect(path) as connection:
        connection.execute(TABLE)
        for run, rows in runs.items():
            for row in rows:
                fields = {"run_name": run, **row}
                marks = ", ".join("?" * len(fields))
                connection.execute(
                    f"INSERT INTO runs ({', '.join(fields)}) VALUES ({marks})",
                    list(fields.values()),
                )
        for column in drop:
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    connection.close()
    return path
