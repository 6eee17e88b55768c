"""A task's process with decorated functions of every kind; W&B is in offline mode."""

import asyncio
import contextlib
import sys
import traceback
from collections.abc import AsyncIterator, Iterator

import wandb
from linkhub_client import wandb_init, wandb_run

FOLDER = sys.argv[1]


def key() -> str:
    raise AssertionError("no key is needed offline")


def tracked(**more: object):  # type: ignore[no-untyped-def]
    return wandb_init("cats", "vision", secret=key, dir=FOLDER, mode="offline", **more)


@tracked(config={"lr": 0.1}, tags=["a", "b"], notes="what was there")
def train(loss: float) -> str:
    wandb.log({"loss": loss})
    wandb.config.update({"epochs": 3})
    assert wandb_run() is wandb.run
    return wandb.run.id


@tracked()
def fail() -> None:
    wandb.log({"before": 1})
    raise ValueError("on purpose")


@tracked(id="outer")
def outer() -> None:
    wandb.log({"where": "outer"})
    inner()
    wandb.log({"where": "outer again"})
    assert wandb.run.id == "outer"


@tracked(id="inner")
def inner() -> None:
    wandb.log({"where": "inner"})


@tracked(id="async-a")
async def one() -> None:
    await asyncio.sleep(0.05)
    wandb_run().log({"who": "a"})


@tracked(id="async-b")
async def other() -> None:
    wandb_run().log({"who": "b"})
    await asyncio.sleep(0.1)


async def both() -> None:
    await asyncio.gather(one(), other())


@tracked(id="generator")
def numbers() -> Iterator[int]:
    for number in (1, 2, 3):
        wandb.log({"number": number})
        yield number


@tracked(id="async-generator")
async def letters() -> AsyncIterator[str]:
    wandb.log({"letter": "a"})
    yield "a"


async def spell() -> list[str]:
    return [each async for each in letters()]


@tracked(id="left-early")
def exits() -> None:
    sys.exit(0)


train(0.5)
train(0.4)
try:
    fail()
except ValueError:
    traceback.print_exc()
outer()
asyncio.run(both())
next(iterated := numbers())
iterated.close()
assert asyncio.run(spell()) == ["a"]
with contextlib.suppress(SystemExit):
    exits()
assert wandb.run is None
