"""A page's own address with parts of its query changed: what filters, orders and menus lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from linkhub.pages import addresses

# How far a window reaches is said of one list: another list begins at its top.
REACH = ("show", "after")


@dataclass(frozen=True, slots=True)
class Address:
    """`path` as it goes into a link; `query` as it was asked for, in its order."""

    path: str
    query: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: HttpRequest) -> Address:
        pairs = [(name, value) for name, values in request.GET.lists() for value in values]
        return cls(addresses.of_page(request), tuple(pairs))

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.query if each == name]

    def having(self, name: str, *values: str) -> Address:
        """With these values of `name` instead of those it has; none drops it."""
        kept = [pair for pair in self.query if pair[0] != name]
        return Address(self.path, (*kept, *((name, value) for value in values if value)))

    def toggling(self, name: str, value: str) -> Address:
        """With the value, or without it where it is there; the list begins at its top."""
        held = self.all(name)
        values = [each for each in held if each != value] if value in held else [*held, value]
        return self.from_top().having(name, *values)

    def from_top(self) -> Address:
        return self.without(REACH)

    def without(self, names: Iterable[str]) -> Address:
        dropped = frozenset(names)
        return Address(self.path, tuple(pair for pair in self.query if pair[0] not in dropped))

    def tidy(self) -> Address:
        """Without what forms send of fields that were left empty, and nothing said twice.

        A blank is kept: names may begin or end with one.
        """
        return Address(self.path, tuple(dict.fromkeys(pair for pair in self.query if pair[1])))
