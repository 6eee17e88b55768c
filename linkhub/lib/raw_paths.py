"""Paths as they were sent: Django makes names of what is none.

Of octets that are not UTF-8 it writes `%FF` back into the path, so that a run `a%ff` would be
recorded under another name, the one of `a%25FF`. Behind it the two can no longer be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def refusing_broken_paths(application: WSGIApplication) -> WSGIApplication:
    """The application, to which an octet that is not UTF-8 is a control character.

    No name has one, so that everything refuses it in its own way.
    """

    def refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = unbroken(environ.get("PATH_INFO", ""))
        return application(environ, start_response)

    return refuse


def unbroken(path: str) -> str:
    """A path as WSGI has it, its octets as ISO-8859-1, with NUL for what is not UTF-8."""
    octets = path.encode("iso-8859-1")
    try:
        octets.decode()
    except UnicodeDecodeError:
        marked = octets.decode(errors="replace").replace("\ufffd", "\0")
        return marked.encode().decode("iso-8859-1")
    return path
