"""What it costs to import the client, and what it drags in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent / "client" / "src"
CODE = """
import json, sys, time
before = set(sys.modules)
begun = time.process_time()
import linkhub_client
took = time.process_time() - begun
print(json.dumps([took, sorted(set(sys.modules) - before)]))
"""
MOST_SECONDS = 0.05
# What costs most of Python's own library, and all that is not of it.
HEAVY = {"ssl", "http", "email", "urllib", "asyncio", "logging", "dataclasses", "inspect", "wandb"}


def imported() -> tuple[float, set[str]]:
    command = [
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n{CODE}",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took, modules = json.loads(done.stdout)
    return took, set(modules)


def test_it_is_imported_in_50_milliseconds() -> None:
    """In time of the processor: others may be using it too."""
    assert min(imported()[0] for _ in range(3)) < MOST_SECONDS


def test_it_imports_nothing_heavy_and_nothing_foreign() -> None:
    modules = {each.split(".")[0] for each in imported()[1]}
    assert modules & HEAVY == set()
    assert modules <= {"linkhub_client", *sys.stdlib_module_names}
