"""What all trials of a session measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.system.report import write
from tests.faults.system.trial import Measured


@pytest.fixture(scope="session")
def measured() -> Iterator[list[Measured]]:
    """Written where FAULTS_DOCUMENT says."""
    found: list[Measured] = []
    yield found
    if path := os.environ.get("FAULTS_DOCUMENT"):
        write(Path(path), found)
