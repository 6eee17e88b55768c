"""What the phases of runs, actions and attempts mean; `linkhub/runs/phases.py` names them all."""

from __future__ import annotations

TERMINAL = frozenset({"succeeded", "failed", "aborted", "timed_out", "recovered"})
SUCCESS = frozenset({"succeeded", "recovered"})
FAILURE = frozenset({"failed", "timed_out"})
# Flyte hides links without "show while pending" in these two only (flyteadmin's filter).
PENDING = frozenset({"queued", "initializing"})

RANK = {
    "queued": 0,
    "waiting_for_resources": 1,
    "initializing": 2,
    "running": 3,
    "paused": 3,
} | dict.fromkeys(TERMINAL, 4)


def is_terminal(phase: str | None) -> bool:
    return phase in TERMINAL
