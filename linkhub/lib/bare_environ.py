"""Requests without the process's own environment.

Servers add it to what they hand over, as CGI did, so that `request.META` would have SECRET_KEY
and passwords within reach of every template, error page and log of a request.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

OF_REQUESTS = ("REQUEST_", "SERVER_", "REMOTE_", "CONTENT_", "PATH_INFO", "QUERY_", "SCRIPT_NAME")


def without_own_environment(
    application: WSGIApplication, environ: Mapping[str, str] = os.environ
) -> WSGIApplication:
    """The application, which is told of a request and nothing else."""
    own = [(name, value) for name, value in environ.items() if not name.startswith(OF_REQUESTS)]

    def strip(request: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name, value in own:
            # A header may have the name of a variable, as `Proxy` does; it keeps its value.
            if request.get(name) == value:
                del request[name]
        return application(request, start_response)

    return strip
