"""A block around functions of every kind, and around tasks."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from linkhub_client.wrapping import wrap


class Block:
    """Counts how often it is open, and keeps what ended it."""

    def __init__(self) -> None:
        self.open = 0
        self.ended: list[str] = []

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        except BaseException as error:
            self.ended.append(type(error).__name__)
            raise
        else:
            self.ended.append("")
        finally:
            self.open -= 1


@pytest.fixture
def block() -> Block:
    return Block()


def test_it_keeps_name_signature_and_value(block: Block) -> None:
    def add(a: int, *, b: int = 2) -> int:
        """Adds."""
        return a + b + block.open

    wrapped = wrap(add, block)
    assert wrapped(1) == 4
    assert (wrapped.__name__, wrapped.__doc__) == ("add", "Adds.")
    assert inspect.signature(wrapped) == inspect.signature(add)
    assert block.ended == [""]


def test_it_lets_errors_through(block: Block) -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        wrap(fail, block)()
    assert block.ended == ["KeyError"]


def test_it_stays_a_coroutine_function(block: Block) -> None:
    async def count() -> int:
        return block.open

    wrapped = wrap(count, block)
    assert inspect.iscoroutinefunction(wrapped)
    assert asyncio.run(wrapped()) == 1


def test_it_stays_a_generator_function(block: Block) -> None:
    def numbers() -> Iterator[int]:
        got = yield block.open
        yield got

    wrapped = wrap(numbers, block)
    assert inspect.isgeneratorfunction(wrapped)
    iterated = wrapped()
    assert block.open == 0
    assert next(iterated) == 1
    assert iterated.send(7) == 7
    iterated.close()
    assert block.ended == ["GeneratorExit"]


def test_it_stays_an_async_generator_function(block: Block) -> None:
    async def letters() -> AsyncIterator[int]:
        yield block.open

    async def collect() -> list[int]:
        return [each async for each in wrap(letters, block)()]

    assert inspect.isasyncgenfunction(wrap(letters, block))
    assert asyncio.run(collect()) == [1]


@pytest.mark.parametrize(
    ("module", "attribute"), [("flyte._task", "func"), ("flytekit.core", "_task_function")]
)
def test_it_wraps_the_function_of_a_task(block: Block, module: str, attribute: str) -> None:
    template: Any = type("Task", (), {"__module__": module})
    task = template()
    setattr(task, attribute, lambda: block.open)
    assert wrap(task, block) is task
    assert getattr(task, attribute)() == 1


def test_it_wraps_a_partial_as_a_function(block: Block) -> None:
    """It has a `func` too, and is no task."""
    import functools

    given = functools.partial(lambda a: a + block.open, 1)
    assert wrap(given, block)() == 2
    assert given() == 1


def test_it_refuses_what_is_no_function(block: Block) -> None:
    with pytest.raises(TypeError, match="decorates functions"):
        wrap(3, block)
