"""What a task calls: `run`, `action`, `link`, and `flush`.

None of it raises into the task, waits for the network, or costs more than microseconds. What is
recorded goes to the outbox, with the time at which it was said.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import json
import os
import sys
import threading
from typing import Any

from linkhub_client import addresses, config, identity, stamps
from linkhub_client.identity import Identity
from linkhub_client.outbox import Outbox
from linkhub_client.problems import LinkHubError, harmless

# The run or action that the code is inside of, by `with`; else the environment says it.
_inside: contextvars.ContextVar[Execution | None] = contextvars.ContextVar(
    "linkhub_execution", default=None
)
_lock = threading.Lock()
_outbox: Outbox | None = None


class Execution:
    """A run, or one action of it. As a context manager it records beginning, end and outcome."""

    def __init__(self, of: Identity) -> None:
        self.identity = of
        self._around: list[Any] = []

    def __repr__(self) -> str:
        names = (self.identity.project, self.identity.domain, self.identity.run)
        return f"<LinkHub {'/'.join(filter(None, [*names, self.identity.action]))}>"

    @property
    def url(self) -> str:
        """The address of its page; empty where LinkHub or the run is not known."""
        return harmless(page_url)(self.identity) or ""

    def update(self, **fields: Any) -> None:
        """Record fields of the document of a run or action, such as `phase` or `labels`."""
        record(self.identity, fields)

    def link(self, name: str, url: str | None = None, **fields: Any) -> None:
        """As `linkhub_client.link`, for this run or action."""
        record_link(self.identity, name, url, fields)

    def action(self, name: str, **fields: Any) -> Execution:
        """An action of the same run; its parent is this one, if this is an action."""
        if self.identity.action is not None:
            fields.setdefault("parent", self.identity.action)
        inner = Execution(self.identity._replace(action=name, attempt=None, pod=""))
        if fields:
            inner.update(**fields)
        return inner

    def __enter__(self) -> Execution:
        self._around.append(_inside.set(self))
        record(self.identity, _phase(self.identity, "running", "started_at"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, _: Any) -> None:
        phase = _outcome(kind, error)
        record(self.identity, _phase(self.identity, phase, "ended_at"))
        with contextlib.suppress(ValueError):  # left in another context than it was entered in
            _inside.reset(self._around.pop())


def run(
    name: str | None = None,
    *,
    project: str | None = None,
    domain: str | None = None,
    **fields: Any,
) -> Execution:
    """The run of that name, or the one that this process belongs to.

    `fields` are those of the API's document of a run (`workflow`, `version`, `phase`, `labels`,
    `context`, …), and are recorded.
    """
    execution = Execution(_run(name, project, domain) or Identity())
    if fields:
        execution.update(**fields)
    return execution


def action(name: str | None = None, **fields: Any) -> Execution:
    """The action of that name in the current run, or the one that this process is.

    `fields` are those of the API's document of an action (`task`, `phase`, `parent`, …).
    """
    here = current()
    if name is not None and name != here.action:
        return Execution(here).action(name, **fields)
    execution = Execution(here)
    if fields:
        execution.update(**fields)
    return execution


def link(name: str, url: str | None = None, **fields: Any) -> None:
    """Add a link to the current action or run, or replace the one with the same key.

    `fields`: `key` (default: made of the name), `provider` with `params` in place of `url`,
    `link_type`, `icon`, `attempt`, `pod`, `ttl`, `hide_once_finished`, …
    """
    record_link(current(), name, url, fields)


def current() -> Identity:
    """The execution that the code is inside of; empty where it is in none that can be told."""
    inside = _inside.get()
    return inside.identity if inside else (harmless(identity.current)() or Identity())


def page_url(of: Identity) -> str:
    """The page of a run or action in LinkHub; empty where either is not known."""
    try:
        base = config.from_environment().url
    except LinkHubError:
        return ""
    if not of.known:
        return ""
    return base + addresses.page(of.project, of.domain, of.run, of.action)


def flush(seconds: float | None = None) -> bool:
    """Wait until what was recorded is delivered, or so many seconds are over.

    Returns whether all is delivered; what is not stays in the spool.
    """
    if _outbox is None:
        return True
    return _outbox.flush(_outbox.settings.flush_seconds if seconds is None else seconds)


@harmless
def _run(name: str | None, project: str | None, domain: str | None) -> Identity:
    here = identity.current()
    if name is None:
        found = here._replace(action=None, attempt=None, pod="")
    else:
        found = Identity(here.project, here.domain, name)
    return found._replace(project=project or found.project, domain=domain or found.domain)


@harmless
def record(of: Identity, fields: dict[str, Any]) -> None:
    path = _path(of)
    body = dict(fields)
    if of.engine and of.action is None:
        body.setdefault("engine", of.engine)
    _put("PUT" if of.action is None else "PATCH", path, body)


@harmless
def record_link(of: Identity, name: str, url: str | None, fields: dict[str, Any]) -> None:
    path = _path(of)
    body = {"name": name, **fields}
    if url is not None:
        body["url"] = url
    if ("url" in body) == ("provider" in body):
        raise LinkHubError("a link needs either url or provider")
    _put("POST", path + "/links", body)


def _path(of: Identity) -> str:
    if not of.known:
        raise LinkHubError(
            "which run this is cannot be told; set LINKHUB_PROJECT and LINKHUB_RUN, or name it"
        )
    return addresses.api_run(of.project, of.domain, of.run, of.action)


def _put(method: str, path: str, body: dict[str, Any]) -> None:
    body.setdefault("updated_at", stamps.iso(stamps.microseconds()))
    # Here and now: the caller may change its objects afterwards.
    frozen = json.loads(json.dumps(body, default=str, allow_nan=False))
    outbox().put({"method": method, "path": path, "body": frozen})


def outbox() -> Outbox:
    """This process's. Raises NotConfigured."""
    global _outbox
    with _lock:
        if _outbox is None:
            _outbox = Outbox(config.from_environment())
            _at_exit_of_process()
        return _outbox


def _phase(of: Identity, phase: str, moment: str) -> dict[str, Any]:
    """The document that says a phase; on a cluster with the attempt and pod that has it."""
    said: dict[str, Any] = {"phase": phase, moment: stamps.iso(stamps.microseconds())}
    if of.action is None or not of.pod:
        return said
    pod = {"name": of.pod, **({"namespace": of.namespace} if of.namespace else {})}
    return {**said, "attempts": [{"number": of.attempt or 1, **said, "pods": [pod]}]}


def _outcome(kind: type[BaseException] | None, error: Any) -> str:
    if kind is None or (issubclass(kind, SystemExit) and error.code in (None, 0)):
        return "succeeded"
    if issubclass(kind, (KeyboardInterrupt, GeneratorExit)) or kind.__name__ == "CancelledError":
        return "aborted"
    return "failed"


def _at_exit_of_process() -> None:
    """Also of a child of `multiprocessing`, which ends without `atexit`."""
    atexit.register(harmless(flush))
    util: Any = sys.modules.get("multiprocessing.util")
    if util is not None and sys.modules["multiprocessing"].parent_process() is not None:
        util.Finalize(None, harmless(flush), exitpriority=10)


def _after_fork() -> None:
    """A child has none of the threads, and none of what its parent is to deliver."""
    global _outbox, _lock
    _outbox, _lock = None, threading.Lock()
    stamps.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
