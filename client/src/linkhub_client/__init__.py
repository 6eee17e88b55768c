"""Record runs, actions and links in LinkHub from any Python code.

    import linkhub_client

    linkhub_client.link("Dashboard", "https://grafana.example.com/d/abc")

    with linkhub_client.run("nightly-7", project="vision", workflow="train") as run:
        with run.action("fit"):
            ...

LINKHUB_URL says where LinkHub is, LINKHUB_TOKEN is the token. Nothing here fails or slows the
code that calls it: what cannot be delivered waits on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkhub_client.recording import Execution, action, flush, link, run

if TYPE_CHECKING:
    from linkhub_client.wandb import wandb_init, wandb_run

__all__ = ["Execution", "action", "flush", "link", "run", "wandb_init", "wandb_run"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`wandb_init` and `wandb_run` are loaded when they are asked for."""
    if name in ("wandb_init", "wandb_run"):
        from linkhub_client import wandb

        return getattr(wandb, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
