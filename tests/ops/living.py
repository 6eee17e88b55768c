"""Processes that live, as their rows say."""

from __future__ import annotations

from linkhub.seeing.condition import QUEUES
from linkhub.seeing.looks import look_around
from linkhub.seeing.models import Process


def make_all_live() -> None:
    """Workers for every queue, beat, and a look that beat had taken."""
    make_worker(*QUEUES)
    Process.objects.create(name="beat@a:1", kind=Process.Kind.BEAT)
    look_around()


def make_worker(*queues: str, name: str = "resolve@a") -> Process:
    return Process.objects.create(name=name, kind=Process.Kind.WORKER, queues=list(queues))
