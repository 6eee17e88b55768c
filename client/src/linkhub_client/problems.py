"""What goes wrong, and how it is said: by the logger `linkhub_client`, never into a task."""

from __future__ import annotations

import functools
from typing import Any, Callable, TypeVar

T = TypeVar("T")
_said: set[str] = set()


class LinkHubError(Exception):
    """Base of all that the command and the reading functions raise."""


class NotConfigured(LinkHubError):
    """There is no usable LINKHUB_URL."""


class Unreachable(LinkHubError):
    """No answer, or one that says to come again. `after`: not before so many seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Refused(LinkHubError):
    """The server has answered that it does not take this. `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def warn(message: str, *values: object) -> None:
    """Log a warning; the same one (`message`, before its values go in) once a process."""
    import logging  # here, for the sake of import time

    first = message not in _said
    _said.add(message)
    logging.getLogger("linkhub_client").log(
        logging.WARNING if first else logging.DEBUG, message, *values
    )


def harmless(function: Callable[..., T | None]) -> Callable[..., T | None]:
    """What `function` raises is logged, and None returned: a task never fails by its links."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> T | None:
        try:
            return function(*args, **kwargs)
        except NotConfigured as absent:
            warn("Nothing is recorded in LinkHub: %s", absent)
        except Exception as error:
            warn("Not recorded in LinkHub (" + type(error).__name__ + "): %s", error)
        return None

    return guarded
