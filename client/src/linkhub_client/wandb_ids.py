"""The id of a W&B run on a cluster, so that it can be told without asking anyone.

flytekit's rule: HOSTNAME, which is the pod's name, `{execution}-{node}-{retry}`; else the
execution's name. Where a pod serves several actions (Flyte 2's reusable containers) or there is
none (Airflow's local workers), the same is made of its parts. What flytekit does not do: a second
run of the same process, one of a child process and one of a rank above 0 get a suffix, because
each of them would overwrite the first.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from collections.abc import Mapping
from typing import Any

from linkhub_client.identity import Identity

# What W&B refuses in a run's id, and the most that it takes.
REFUSED = re.compile(r"[:;,#?/'\s]+")
LONGEST = 64

_lock = threading.Lock()
_derived: dict[str, int] = {}
_reported: dict[tuple[int, Identity], list[str]] = {}


def derived_id(here: Identity, environment: Mapping[str, str] = os.environ) -> str | None:
    """None on nobody's cluster: W&B then makes one."""
    if not here.on_cluster:
        return None
    base = _base(here, environment) + process_suffix(environment)
    with _lock:
        _derived[base] = _derived.get(base, 0) + 1
        return _fitting(base if _derived[base] == 1 else f"{base}-{_derived[base]}")


def key_of(here: Identity, run_id: str, environment: Mapping[str, str] = os.environ) -> str:
    """The key of the link to a run: each run of one execution has its own."""
    with _lock:
        known = _reported.setdefault((os.getpid(), here), [])
        if run_id not in known:
            known.append(run_id)
        number = known.index(run_id) + 1
    return "wandb" + process_suffix(environment) + ("" if number == 1 else f"-{number}")


def process_suffix(environment: Mapping[str, str]) -> str:
    """Of a rank above 0 (torchrun's RANK), or of a child of `multiprocessing`; else nothing."""
    if environment.get("RANK", "0") != "0":
        return "-rank-" + environment["RANK"]
    processes: Any = sys.modules.get("multiprocessing")
    if processes is None or processes.parent_process() is None:
        return ""
    return "-" + re.sub(r"[^a-z0-9]+", "-", processes.current_process().name.lower()).strip("-")


def _base(here: Identity, environment: Mapping[str, str]) -> str:
    host = environment.get("HOSTNAME", "")
    if here.engine == "flyte1":
        return host or here.run
    parts = [here.workflow if here.engine == "airflow" else "", here.run, here.action or ""]
    start = "-".join(filter(None, parts))
    if here.engine == "flyte2" and not host.startswith(start + "-"):
        host = ""
    if here.engine == "airflow" or not host:
        return f"{start}-{(here.attempt or 1) - 1}"
    return host


def _fitting(id: str) -> str:
    """Within what W&B takes; what had to be cut stays unique by a digest."""
    clean = REFUSED.sub("-", id)
    if len(clean) <= LONGEST:
        return clean
    return clean[: LONGEST - 9] + "-" + hashlib.sha256(id.encode()).hexdigest()[:8]
