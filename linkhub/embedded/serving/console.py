"""What the user of `serve` sees: one line for each thing that happened."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        # The terminal is gone; LinkHub is about to hear of it by SIGHUP and must end in order.
        sys.stdout = None
