"""What the user of `serve` sees: one line for each thing that happened."""

from __future__ import annotations

import sys
from contextlib import suppress


def say(text: str) -> None:
    # The terminal may be gone: LinkHub hears of that by SIGHUP, and has to end in order.
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
