"""Not published: three levels, concurrent children, a retry, a failure, a trace, a cached task."""

import asyncio
import sqlite3
from pathlib import Path

import flyte

from tests.flyte_examples.links import Handed, Nothing
from tests.flyte_examples.places import SNAPSHOT, STORE

env = flyte.TaskEnvironment(name="many_kinds")
CONTEXT = {"team": "vision"}
INPUTS = {"seed": 1}
tries = 0


@flyte.trace
async def look_up(number: int) -> int:
    return number + 1


@flyte.trace
async def look_in_vain(number: int) -> int:
    raise KeyError(number)


@env.task(links=(Handed(), Nothing()))
async def leaf(number: int) -> int:
    return await look_up(number)


@env.task
async def middle(number: int) -> int:
    with flyte.custom_context(wandb_id=f"w{number}"):
        return sum(await asyncio.gather(*(leaf(number=number + each) for each in range(3))))


@env.task(retries=1, links=Handed())
async def flaky(number: int) -> int:
    global tries
    tries += 1
    if tries == 1:
        raise ValueError('not "yet"\nbut soon: é')
    return number


@env.task
async def failing(number: int) -> int:
    return await look_in_vain(number)


@env.task(cache="auto", links=Handed())
async def cached(number: int) -> int:
    return number


@env.task
async def copy_store(number: int) -> int:
    with sqlite3.connect(Path.home() / STORE) as store, sqlite3.connect(SNAPSHOT) as snapshot:
        store.backup(snapshot)
    return number


@env.task(links=Handed())
async def workflow(seed: int) -> int:
    await asyncio.gather(middle(number=seed), middle(number=10 * seed))
    await flaky(number=seed)
    try:
        await failing(number=seed)
    except flyte.errors.BaseRuntimeError:
        await cached(number=seed)
    await copy_store(number=seed)
    return await cached(number=seed)


TASK = workflow
