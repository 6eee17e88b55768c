"""The child process that runs other people's `Link` classes; started by `LinkRunner`.

One JSON request a line comes in, one JSON answer a line goes out. The two pipes are taken away
from standard input and output first, so that nothing the classes print or read can get between.
This bounds accidents, not malice: what the allow-list lets in runs as the worker's own user.
"""

import contextlib
import importlib
import inspect
import json
import os
import queue
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, BinaryIO, Final, cast

MAX_MESSAGE: Final = 300
MAX_INSTANCES: Final = 256

Answer = dict[str, Any]


class NotALink(Exception):
    """The class does not do what Flyte asks of one; the message says in what."""


class Instances:
    """Link objects by class and arguments: constructed once, the longest unused forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def get(self, path: str, args: Mapping[str, Any], role: str) -> Any:
        """`role` keeps the twin's object apart: neither sees what a call left in the other."""
        key = json.dumps([role, path, args], sort_keys=True)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._kept[key] = made = load(path)(**args)
        if len(self._kept) > MAX_INSTANCES:
            self._kept.popitem(last=False)
        return made


def load(path: str) -> type:
    """The class `module:Name`; imports the module."""
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for attribute in name.split("."):
        found = getattr(found, attribute)
    if not inspect.isclass(found) or not callable(getattr(found, "get_link", None)):
        raise NotALink("is not a class with a method `get_link`")
    return cast(type, found)


def address(link: Any, call: Mapping[str, Any]) -> str:
    """What `get_link` gives for these keyword arguments; None is Flyte's empty address."""
    given = link.get_link(**call)
    if inspect.isawaitable(given):
        close = getattr(given, "close", None)
        if close:
            close()
        raise NotALink("`get_link` is asynchronous; Flyte calls it as a plain function")
    if given is not None and not isinstance(given, str):
        raise NotALink(f"`get_link` gave {type(given).__name__}, not text")
    return given or ""


def twin_address(instances: Instances, request: Mapping[str, Any]) -> str | None:
    """The address without the run's own values; none where the class cannot do without them."""
    try:
        link = instances.get(request["class"], request["twin_args"], "twin")
        return address(link, request["twin_call"])
    except (Exception, SystemExit):
        return None


def answer(instances: Instances, request: Mapping[str, Any]) -> Answer:
    try:
        if request["op"] == "load":
            load(request["class"])
            return {}
        link = instances.get(request["class"], request["args"], "own")
        url = address(link, request["call"])
        name, icon = getattr(link, "name", ""), getattr(link, "icon_uri", "")
        twin = twin_address(instances, request)
    except BaseException as error:  # SystemExit too: a class must not end the process
        return {"error": describe(error)}
    return {"url": url, "twin": twin, "name": str(name or ""), "icon_uri": str(icon or "")}


def describe(error: BaseException) -> str:
    """The exception in one short line, without its traceback."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "(its message cannot be shown)"
    if not isinstance(error, NotALink):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]}…"


def limit_resources(memory_bytes: int) -> None:
    """No core files, no big files, bounded memory; where the platform has such limits."""
    try:
        import resource
    except ImportError:
        return
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 16 << 20, "RLIMIT_AS": memory_bytes}
    for name in wanted.keys() & set(dir(resource)):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        limit = wanted[name] if hard == resource.RLIM_INFINITY else min(wanted[name], hard)
        with contextlib.suppress(ValueError):  # macOS names limits that it does not take
            resource.setrlimit(kind, (limit, limit))


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, moved out of reach of `print` and `input` in Python and C alike."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def read_into(lines: "queue.SimpleQueue[bytes]", requests: BinaryIO) -> None:
    """Reads beside the running class, to end with the worker whatever the class is doing."""
    for line in requests:
        lines.put(line)
    os._exit(0)


def main() -> None:
    requests, answers = take_pipes()
    limit_resources(int(sys.argv[1]))
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=read_into, args=(lines, requests), daemon=True).start()
    instances = Instances()
    while True:
        request = json.loads(lines.get())
        answers.write(json.dumps({"id": request["id"], **answer(instances, request)}).encode())
        answers.write(b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
