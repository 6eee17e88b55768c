"""What happens, as JSON lines on stderr: one object a line, tracebacks included.

A line that is of a request has its id, in a task too; one of a page or answer about a run names it.

An unhandled error comes with its request's method and path, and with nothing else of it: cookies,
headers, parameters and bodies may hold secrets.
"""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.http import HttpRequest
from structlog.typing import EventDict, Processor, WrappedLogger

from linkhub.lib.callers import current_caller

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def logging_of(level: str) -> dict[str, Any]:
    """The setting LOGGING; `level` is one of LEVELS."""
    # A page that is not there, and a form that is refused, are no news; pages poll for some.
    of_requests = level if level == "DEBUG" else "ERROR"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "level": level}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": of_requests},
        },
    }


def configure(config: Mapping[str, Any]) -> None:
    """The setting LOGGING_CONFIG; `config` is LOGGING."""
    logging.config.dictConfig(dict(config))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_facts(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """From a record, of structlog or of the standard library, to a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_facts(),
        processors=[
            _request,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # As text: a traceback as data would bring the values of local variables along.
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
    )


def _facts() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _caller,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _caller(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The id that goes back to whoever asked, so that a report of theirs finds its lines."""
    if caller := current_caller():
        event.setdefault("request_id", caller.request_id)
    return event


def _request(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Django hangs the whole request on a record; what is safe to tell of it."""
    request = getattr(event.get("_record"), "request", None)
    if isinstance(request, HttpRequest):
        event["method"], event["path"] = request.method, request.path
    return event
