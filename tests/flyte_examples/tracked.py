"""A workflow of three levels that the real SDK reports to LinkHub while it runs.

`python -m tests.flyte_examples.tracked ENDPOINT GATE OPTIONS`: it waits at the named pipe GATE;
OPTIONS, as JSON, go to `flyte.init`. The SDK's own store comes into $HOME beside it.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import flyte

from tests.flyte_examples.links import Handed

NAME = "tracked-run"
env = flyte.TaskEnvironment(name="tracked")
tries = 0


@flyte.trace
async def look_up(number: int) -> int:
    return number + 1


@env.task(links=Handed())
async def leaf(number: int) -> int:
    return await look_up(number)


@env.task
async def middle(number: int) -> int:
    with flyte.custom_context(wandb_id=f"w{number}"):
        return sum(await asyncio.gather(*(leaf(number=number + each) for each in range(3))))


@env.task(retries=1)
async def flaky(number: int) -> int:
    global tries
    tries += 1
    if tries == 1:
        raise ValueError("not yet")
    return number


@env.task
async def failing(number: int) -> int:
    raise KeyError(number)


@env.task
async def gate(path: str) -> str:
    return await asyncio.to_thread(Path(path).read_text)


@env.task(links=Handed())
async def workflow(seed: int, path: str) -> int:
    await asyncio.gather(middle(number=seed), middle(number=10 * seed))
    await flaky(number=seed)
    await gate(path=path)
    try:
        await failing(number=seed)
    except flyte.errors.BaseRuntimeError:
        return seed
    return 0


def main(endpoint: str, path: str, options: dict[str, Any]) -> None:
    flyte.init(
        endpoint=endpoint,
        project="flytesnacks",
        domain="development",
        local_tracked=True,
        local_tracked_strict=True,
        local_persistence=True,
        **options,
    )
    runner = flyte.with_runcontext(
        mode="local", name=NAME, custom_context={"team": "vision"}, labels={"team": "vision"}
    )
    runner._metadata_path = str(Path.cwd() / "metadata")
    print(runner.run(workflow, seed=1, path=path).url)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
