"""Phases of runs, actions and attempts, as Flyte 2 names them."""

from __future__ import annotations

from django.db import models


class Phase(models.TextChoices):
    """Where a run, action or attempt stands.

    queued -> waiting_for_resources -> initializing -> running <-> paused -> a terminal one.
    A terminal phase is left only by a reopening. Never given is stored as none and shown as
    running.
    """

    QUEUED = "queued"
    WAITING_FOR_RESOURCES = "waiting_for_resources"
    INITIALIZING = "initializing"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    TIMED_OUT = "timed_out"
    RECOVERED = "recovered"


TERMINAL = frozenset({"succeeded", "failed", "aborted", "timed_out", "recovered"})
SUCCESS = frozenset({"succeeded", "recovered"})
FAILURE = frozenset({"failed", "timed_out"})

RANK = {
    "queued": 0,
    "waiting_for_resources": 1,
    "initializing": 2,
    "running": 3,
    "paused": 3,
} | dict.fromkeys(TERMINAL, 4)


def is_terminal(phase: str | None) -> bool:
    return phase in TERMINAL
