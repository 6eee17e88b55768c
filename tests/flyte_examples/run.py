"""Runs the examples with the real SDK: `python -m tests.flyte_examples.run PROJECT DOMAIN`.

The store comes to `.flyte/local-cache/cache.db` in $HOME, everything else into this folder.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import flyte
from flyte.cli._tui._tracker import ActionTracker

from tests.flyte_examples import grafana_link, many_kinds, wandb_link, wandb_override


def run(name: str, example: ModuleType, **options: Any) -> None:
    runner = flyte.with_runcontext(
        mode="local",
        name=name,
        custom_context=example.CONTEXT,
        raw_data_path=str(Path.cwd() / "raw" / name),
        **options,
    )
    # Flyte's own place is /tmp/flyte, which one user makes and the next may not write to.
    runner._metadata_path = str(Path.cwd() / "metadata")
    try:
        runner.run(example.TASK, **example.INPUTS)
    except flyte.errors.BaseRuntimeError as error:
        print(f"{name} failed: {error}", file=sys.stderr)


def main(project: str, domain: str) -> None:
    flyte.init(project=project, domain=domain, local_persistence=True)
    run("grafana", grafana_link)
    run("wandb", wandb_link)
    run("override", wandb_override)
    run("many-kinds", many_kinds)
    # As Flyte's terminal UI runs it: then the store keeps the parents of nested tasks.
    run("watched", wandb_override, _tracker=ActionTracker())


if __name__ == "__main__":
    main(*sys.argv[1:])
