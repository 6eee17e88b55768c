"""What is known of a server that is up."""

from __future__ import annotations

from dataclasses import dataclass, field

import psutil


@dataclass(frozen=True)
class Running:
    name: str
    """As it stands on the console, such as `PostgreSQL`."""
    version: str
    url: str = field(repr=False)  # carries the password
    process: psutil.Process
    started: bool
    """False where a server was already running and has been adopted."""
    seconds: float
    """How long the start took."""
