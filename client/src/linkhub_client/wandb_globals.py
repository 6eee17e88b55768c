"""`wandb.run`, `wandb.log` and their like, for as long as a run is the innermost.

A run made with `reinit="create_new"` leaves them alone, so that runs can be nested; but inside of
the inner function `wandb.log` has to mean the inner run.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

# Those that `wandb.init` itself sets (0.20 to 0.31); each is an attribute of the run too.
NAMES = (
    *("config", "log", "summary", "save", "use_artifact", "log_artifact", "define_metric"),
    *("alert", "watch", "unwatch", "mark_preempting", "log_model", "use_model", "link_model"),
)

_lock = threading.Lock()
_open: list[Any] = []
_before: dict[str, Any] = {}


@contextlib.contextmanager
def pointing_at(wandb: Any, run: Any) -> Iterator[None]:
    """They are process-wide: of runs in several threads, they mean the one begun last."""
    with _lock:
        if not _open:
            _before.update({name: getattr(wandb, name) for name in ("run", *NAMES)})
        _open.append(run)
        _point(wandb)
    try:
        yield
    finally:
        with _lock:
            _open.remove(run)
            _point(wandb)


def _point(wandb: Any) -> None:
    if not _open:
        for name, value in _before.items():
            setattr(wandb, name, value)
        return
    innermost = _open[-1]
    wandb.run = innermost
    for name in NAMES:
        if hasattr(innermost, name):
            setattr(wandb, name, getattr(innermost, name))
