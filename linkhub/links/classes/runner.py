"""Runs Python `Link` classes in a child process, one call after the other, each with a deadline."""

import fnmatch
import os
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from linkhub.links.classes.child_process import ChildProcess, ChildTrouble
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers.link_calls import LinkCall, LinkResult

SETTING: Final = "LINKHUB_LINK_CLASSES"
"""Where the globs of allowed classes are set; messages name it."""

NO_ADDRESS: Final = "link address"
"""What a link waits for whose class gave None or an empty text."""

PLACEHOLDER: Final = re.compile(r"\{\{\s*[.$]?[\w.]+\s*\}\}")
_PATH: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", re.ASCII)
_CHILD: Final = Path(__file__).with_name("child.py")
_MAX_NAME: Final = 255


class LinkRunner:
    """Keeps one child process; kills and replaces it when a call hangs, crashes or floods it.

    For worker processes only. Safe to share between threads, and to inherit through a fork while
    no call is under way: each process starts a child of its own. `timeout` is for one call, twin
    included; starting the child and importing a class has `load_timeout`, since big libraries
    take seconds to import. Classes are allowed by globs over `module:Class`.
    """

    def __init__(
        self,
        *,
        allowed: Sequence[str],
        timeout: float = 5.0,
        load_timeout: float = 60.0,
        max_answer: int = 65_536,
        memory_bytes: int = 4 << 30,
    ) -> None:
        self._allowed = tuple(allowed)
        self._timeout = timeout
        self._load_timeout = load_timeout
        self._max_answer = max_answer
        self._memory_bytes = memory_bytes
        self._stand_in = f"linkhub{secrets.token_hex(8)}"
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._owner = 0
        self._loaded: set[str] = set()

    def run(self, call: LinkCall) -> LinkResult:
        """Raises Failed with the class and the reason; MissingVariables where it has no address."""
        if not _PATH.fullmatch(call.path):
            raise Failed(f"`{call.path[:100]}` does not name a class as `module:Class`")
        if not any(fnmatch.fnmatchcase(call.path, glob) for glob in self._allowed):
            raise Failed(f"`{call.path}` is not among the classes that {SETTING} allows")
        with self._lock:
            answer = self._answer(call)
        if "error" in answer:
            raise Failed(f"`{call.path}`: {answer['error']}")
        if not answer["url"]:
            raise MissingVariables((NO_ADDRESS,))
        return _result(call, answer)

    def close(self) -> None:
        with self._lock:
            self._discard()

    def __enter__(self) -> "LinkRunner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def child_pid(self) -> int | None:
        return self._child.pid if self._child else None

    def _answer(self, call: LinkCall) -> dict[str, Any]:
        try:
            child = self._ready_child()
            if call.path not in self._loaded:
                loaded = child.ask({"op": "load", "class": call.path}, seconds=self._load_timeout)
                if "error" in loaded:
                    return loaded
                self._loaded.add(call.path)
            return child.ask(self._question(call), seconds=self._timeout)
        except ChildTrouble as trouble:
            self._discard()
            raise Failed(f"`{call.path}`: {trouble}") from None

    def _question(self, call: LinkCall) -> dict[str, Any]:
        twin = call.twin(self._stand_in)
        return {
            "op": "call",
            "class": call.path,
            "args": dict(call.args),
            "call": call.keywords(),
            "twin_args": dict(twin.args),
            "twin_call": twin.keywords(),
        }

    def _ready_child(self) -> ChildProcess:
        """The child, or a new one where there is none, it died idle, or it is another process's."""
        if self._child is None or self._owner != os.getpid() or self._child.has_ended:
            self._discard()
            self._loaded.clear()
            self._child = ChildProcess(_CHILD, str(self._memory_bytes), max_answer=self._max_answer)
            self._owner = os.getpid()
        return self._child

    def _discard(self) -> None:
        """A child inherited through a fork is the parent's to end."""
        if self._child is not None and self._owner == os.getpid():
            self._child.kill()
        self._child = None


def _result(call: LinkCall, answer: Mapping[str, Any]) -> LinkResult:
    url, twin = answer["url"], answer["twin"]
    placeholders = set(PLACEHOLDER.findall(url))
    expected = call.placeholders() | set(PLACEHOLDER.findall(twin or ""))
    if not placeholders <= expected and any("{" in value for value in call.values()):
        # Without a brace in any value, all placeholders are the class's own.
        raise Failed(f"`{call.path}`: a value of the run reads like a placeholder")
    return LinkResult(
        url=url,
        name=answer["name"][:_MAX_NAME],
        icon_uri=answer["icon_uri"],
        host_from_variable=twin is None or _host(url) is None or _host(url) != _host(twin),
        is_template=bool(placeholders),
    )


def _host(url: str) -> tuple[str, str] | None:
    """Scheme and host; none where there is no host that a browser would agree on."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    return (split.scheme, split.netloc) if split.netloc else None
