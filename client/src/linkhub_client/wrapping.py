"""A block of code around a function of any kind, or around the function of a Flyte task."""

from __future__ import annotations

import functools
import inspect
from contextlib import AbstractContextManager
from typing import Any, Callable

Opened = Callable[[], AbstractContextManager[Any]]


def wrap(function: Any, opened: Opened) -> Any:
    """`function` inside `opened()`, each call in its own. Raises TypeError for what is none.

    The outcome is of the same kind (plain, `async`, generator) and has the same signature. A
    Flyte task is given back as it is, with its function wrapped: Flyte 2 keeps it as `func`,
    Flyte 1 as `_task_function`.
    """
    for attribute in ("func", "_task_function"):
        if _is_task(function) and callable(getattr(function, attribute, None)):
            setattr(function, attribute, wrap(getattr(function, attribute), opened))
            return function
    if not callable(function):
        raise TypeError(f"wandb_init decorates functions, not {type(function).__name__!r}")
    return _wrapper(function, opened)


def _is_task(function: Any) -> bool:
    modules = {each.__module__.split(".")[0] for each in type(function).__mro__}
    return bool(modules & {"flyte", "flytekit"})


def _wrapper(function: Any, opened: Opened) -> Any:
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with opened():
                async for each in function(*args, **kwargs):
                    yield each

    elif inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with opened():
                return await function(*args, **kwargs)

    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with opened():
                return (yield from function(*args, **kwargs))

    else:

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with opened():
                return function(*args, **kwargs)

    return wrapper
