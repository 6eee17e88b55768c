"""Layers in words."""

from __future__ import annotations

ORIGINS = {
    "instance": "an instance definition",
    "project": "a definition of the project",
    "task": "a link of the task",
    "override": "a link attached to the execution",
    "emitted": "a link emitted by a running step",
}


def in_words(layer: str) -> str:
    return ORIGINS.get(layer, layer)
