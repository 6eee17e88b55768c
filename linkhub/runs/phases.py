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
