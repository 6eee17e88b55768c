"""Which W&B run a link means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from linkhub.links.providers import wandb

_RUNS = frozenset({"runs"})


class NoTarget(Exception):
    """The link leads to no W&B run, or to one that our key is not for; says which."""


@dataclass(frozen=True, slots=True)
class Target:
    entity: str
    project: str
    run: str


def target_of(url: str, hosts: Collection[str]) -> Target:
    """The run at one of `hosts`, each with its scheme. Raises NoTarget."""
    found = wandb.identify(url, "wandb_run", _RUNS)
    if found is None:
        raise NoTarget("the link does not lead to a W&B run")
    identified = found[0]
    base = (identified.base_url or "").rstrip("/")
    if base not in {host.rstrip("/") for host in hosts}:
        raise NoTarget(f"{base} is not one of LINKHUB_WANDB_HOSTS")
    parts = identified.parts
    return Target(parts["entity"], parts["project"], parts["id"])
