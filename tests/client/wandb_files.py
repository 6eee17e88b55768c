"""Reading what W&B leaves of a run in offline mode.

A `.wandb` file is a log as LevelDB writes it, after 7 bytes of its own: blocks of 32 KiB, in them
records of CRC (4 bytes), length (2), kind (1: full, 2 to 4: first, middle, last) and data. Each
is a message of `wandb.proto.wandb_internal_pb2`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wandb.proto import wandb_internal_pb2

MAGIC = b":W&B"
HEADER, BLOCK = 7, 32 * 1024
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


@dataclass
class OfflineRun:
    """What the file says in the end, later records over earlier ones."""

    id: str = ""
    project: str = ""
    entity: str = ""
    notes: str = ""
    tags: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    logged: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int | None = None


def offline_runs(folder: Path) -> dict[str, OfflineRun]:
    """The runs below a folder, by id; several files of one id are an error."""
    runs = [read(path) for path in sorted(folder.glob("wandb/offline-run-*/*.wandb"))]
    by_id = {run.id: run for run in runs}
    assert len(by_id) == len(runs)
    return by_id


def read(path: Path) -> OfflineRun:
    run = OfflineRun()
    for data in _records(path.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        _take(run, record)
    return run


def _take(run: OfflineRun, record: Any) -> None:
    kind = record.WhichOneof("record_type")
    if kind == "run":
        run.id, run.project, run.entity = record.run.run_id, record.run.project, record.run.entity
        run.notes, run.tags = record.run.notes, list(record.run.tags)
        updates = record.run.config.update
        run.config |= {each.key: json.loads(each.value_json) for each in updates}
    elif kind == "config":
        for each in record.config.update:
            run.config[each.key or ".".join(each.nested_key)] = json.loads(each.value_json)
    elif kind == "history":
        items = {(each.key or each.nested_key[0]): each.value_json for each in record.history.item}
        run.logged.append(
            {key: json.loads(value) for key, value in items.items() if not key.startswith("_")}
        )
    elif kind == "exit":
        run.exit_code = record.exit.exit_code


def _records(content: bytes) -> Iterator[bytes]:
    assert content.startswith(MAGIC)
    offset, collected = HEADER, b""
    while offset + HEADER <= len(content):
        left = BLOCK - offset % BLOCK
        if left < HEADER:
            offset += left
            continue
        length, kind = struct.unpack_from("<HB", content, offset + 4)
        data = content[offset + HEADER : offset + HEADER + length]
        offset += HEADER + length
        collected = data if kind in (FULL, FIRST) else collected + data
        if kind in (FULL, LAST):
            yield collected
