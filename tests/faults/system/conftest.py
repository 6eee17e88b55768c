"""What all trials of a session measured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.system.report import table
from tests.faults.system.trial import Measured
from tests.figures import keep_figures


@pytest.fixture(scope="session")
def measured() -> Iterator[list[Measured]]:
    found: list[Measured] = []
    yield found
    keep_figures("reliability.md", "faults", table(found))
