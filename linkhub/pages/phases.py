"""A phase as it is shown: in a word and a tone."""

from __future__ import annotations

from dataclasses import dataclass

from linkhub.lib.phases import FAILURE, SUCCESS, is_terminal
from linkhub.runs.phases import Phase


@dataclass(frozen=True, slots=True)
class ShownPhase:
    """`tone` is a class of `static/css/phases.css`: good, bad, busy, warn or idle."""

    word: str
    tone: str


def shown_phase(phase: str | None) -> ShownPhase:
    """Never given is shown as running."""
    phase = phase or Phase.RUNNING
    return ShownPhase(word=phase.replace("_", " "), tone=_tone(phase))


def _tone(phase: str) -> str:
    if phase in SUCCESS:
        return "good"
    if phase in FAILURE:
        return "bad"
    if phase == Phase.PAUSED:
        return "warn"
    if phase == Phase.RUNNING:
        return "busy"
    return "idle"


def can_change(phase: str | None) -> bool:
    return not is_terminal(phase)
