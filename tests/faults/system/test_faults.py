"""Faults in real processes under steady ingest: `make test-faults`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.system.faults import FAULTS, SLOW_CLASS, Fault
from tests.faults.system.running import System, own_folder, system
from tests.faults.system.trial import Measured, trial

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def running() -> Iterator[System]:
    with own_folder() as folder, system(folder, LINKHUB_LINK_CLASSES=SLOW_CLASS) as one:
        yield one


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.slug for fault in FAULTS])
def test_nothing_accepted_is_lost(fault: Fault, running: System, measured: list[Measured]) -> None:
    measured.append(trial(running, fault.slug, fault.what, fault.inject))
