"""Values that stand for those of a real run: for the documentation, and to judge a template's
fixed text by the URL policy before there is a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from linkhub.links.language.catalogue import MAPS, VARIABLES, Kind, MapOfValues, Variable
from linkhub.links.language.values import Value, Values


class _AnyKey(Mapping[str, str]):
    """A map that has every key: the documented one with its example, others with their name."""

    def __init__(self, described: MapOfValues) -> None:
        self._described = described

    def __getitem__(self, key: str) -> str:
        return self._described.example if key == self._described.example_key else key

    def __iter__(self) -> Iterator[str]:
        return iter([self._described.example_key])

    def __len__(self) -> int:
        return 1


def _example(variable: Variable) -> Value:
    if variable.kind is Kind.RFC3339:
        return datetime.fromisoformat(variable.example)
    if variable.kind in (Kind.UNIX, Kind.NUMBER):
        return int(variable.example)
    return variable.example


EXAMPLES = Values(
    {each.name.lower(): _example(each) for each in VARIABLES},
    {each.name.lower(): _AnyKey(each) for each in MAPS},
)
