"""What goes wrong in the embedded servers, as the user reads it."""

from __future__ import annotations


class CannotStart(Exception):
    """A start that cannot go on; the text is one sentence that says what to do about it."""
