"""Links are right at every moment: `machine.py` against `reference.py`."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine

# `make test` walks a little; `make test-model`, which `.ci/run` runs, walks far.
STEPS = int(os.environ.get("MODEL_STEPS", "200"))
# Another number walks other ways.
SEED = int(os.environ.get("MODEL_SEED", "0"))
STEPS_OF_ONE = 50
PARTS = 2

# Each walk is a transaction of its own: what one leaves behind would slow the next.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_shown_is_right_at_every_moment(part: int) -> None:
    Machine.steps, walks = 0, 0
    while Machine.steps * PARTS < STEPS:
        walk(f"{SEED}/{part}/{walks}", -(-STEPS // PARTS // STEPS_OF_ONE))
        walks += 1
    assert Machine.quiet_points


def walk(name: str, examples: int) -> None:
    run_state_machine_as_test(
        seed(name)(type("Machine", (Machine,), {})),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS_OF_ONE,
            deadline=None,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
