"""What can go wrong with a back end; each message is one sentence that is shown to admins.

None quotes what a back end answered beyond its own short error message: a source's error must
not become a way to read what stands at an address that an admin typed in.
"""

from __future__ import annotations


class SourceError(Exception):
    """The poll ends here; the next comes after a pause that grows."""


class Misconfigured(SourceError):
    """Settings, credentials or address cannot be used; nothing was asked of the back end."""


class Unreachable(SourceError):
    """No answer, a broken one, or one that says to come again later.

    `retry_after` is what the back end asked for, in seconds.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Denied(SourceError):
    """The back end does not take the credentials."""


class RunError(Exception):
    """One run or one scope cannot be read; the others can."""


class RunGone(RunError):
    """The back end has deleted the run: what is recorded stays, and it is followed no more."""
