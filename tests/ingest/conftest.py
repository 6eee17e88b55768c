"""A real store of Flyte's, written once by the real SDK in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flyte_examples.places import SNAPSHOT, STORE

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def flyte_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples have run; nothing of the developer's own Flyte is seen or touched."""
    folder = tmp_path_factory.mktemp("flyte")
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.flyte_examples.run", "flytesnacks", "development"],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def flyte_store(flyte_folder: Path) -> Path:
    return flyte_folder / STORE


@pytest.fixture(scope="session")
def flyte_store_while_running(flyte_folder: Path) -> Path:
    """The same store as it was in the middle of the run `many-kinds`."""
    return flyte_folder / SNAPSHOT
