"""Flyte's stores as the SDK wrote them, read apart from the code that is tested."""

import json
import sqlite3
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

from django.core.management import call_command

RUNS = ["grafana", "wandb", "override", "watched", "many-kinds"]
# By action, the name and the URL of each of its links.
Links: TypeAlias = dict[str, list[tuple[str, str]]]


def run_import(store: Path) -> str:
    """All that the command says."""
    out = StringIO()
    options = {"project": "flytesnacks", "domain": "development"}
    call_command("import_flyte_local", str(store), stdout=out, stderr=out, **options)
    return out.getvalue()


def rows(store: Path, run: str) -> list[dict[str, Any]]:
    """A run's rows in the order in which they were written."""
    connection = sqlite3.connect(store)
    connection.row_factory = sqlite3.Row
    found = connection.execute("SELECT * FROM runs WHERE run_name = ? ORDER BY rowid", [run])
    result = [dict(row) for row in found]
    connection.close()
    return result


def flytes_links(store: Path, run: str) -> Links:
    """The links that Flyte computed; one without an address is none."""
    return {
        row["action_name"]: links
        for row in rows(store, run)
        if (links := [(n, url) for n, url in json.loads(row["log_links"] or "[]") if url])
    }
