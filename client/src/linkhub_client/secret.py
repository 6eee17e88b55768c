"""An API key that is asked for when it is needed, and shown by nothing."""

from __future__ import annotations

import os
from typing import Callable


class Secret:
    """Names an environment variable, or is a function that returns the key; or nothing."""

    __slots__ = ("_source",)

    def __init__(self, source: str | Callable[[], str] | None) -> None:
        if source is not None and not (callable(source) or (isinstance(source, str) and source)):
            raise ValueError("secret is a variable's name or a function that returns the key.")
        self._source = source

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return self._source is not None

    def reveal(self) -> str:
        """The key. Raises ValueError where there is none, without saying what was found."""
        if callable(self._source):
            key = self._source()
            if not key:
                raise ValueError("the function given as secret returned nothing")
            return key
        name = self._source or ""
        key = os.environ.get(name, "")
        if not key:
            # Not the name: who confuses the two has given the key itself.
            raise ValueError("the environment variable that secret names is not set")
        return key
