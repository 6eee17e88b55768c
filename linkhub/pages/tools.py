"""What the tool of a shown link looks like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from linkhub.links.filters import CUSTOM as CUSTOM_NAME
from linkhub.links.read import ShownLink
from linkhub.pages.icons import Icon, find_icon


@dataclass(frozen=True, slots=True)
class ToolFace:
    """A tool as it is shown; `position` is its place among the others."""

    name: str
    title: str
    icon: Icon
    position: tuple[int, int, str] = (0, 0, "")


# What belongs to no tool stands last.
CUSTOM = ToolFace("", "Custom", Icon(symbol="ui-link"), (1, 0, ""))


class _ToolRow(NamedTuple):
    name: str
    title: str
    kind: str
    icon: str
    position: int


_TOOLS = f"SELECT {', '.join(_ToolRow._fields)} FROM links_tool ORDER BY position, name"  # noqa: S608


class Toolbox:
    """The instance's tools; the same one as long as they are the same."""

    def __init__(self, tools: Iterable[_ToolRow]) -> None:
        self._faces = {tool.name: _face(tool) for tool in tools}

    @classmethod
    def load(cls) -> Toolbox:
        with connection.cursor() as cursor:
            cursor.execute(_TOOLS)
            return _toolbox(tuple(map(_ToolRow._make, cursor.fetchall())))

    def of(self, link: ShownLink) -> ToolFace:
        return self._faces.get(link.tool, CUSTOM)

    def named(self, name: str) -> ToolFace | None:
        """The tool of a filter or column; `custom` is what belongs to none."""
        return self._faces.get(name) or (CUSTOM if name == CUSTOM_NAME else None)

    def all(self) -> list[ToolFace]:
        return sorted(self._faces.values(), key=lambda tool: tool.position)


@lru_cache(maxsize=4)
def _toolbox(tools: tuple[_ToolRow, ...]) -> Toolbox:
    return Toolbox(tools)


def _face(tool: _ToolRow) -> ToolFace:
    icon = find_icon(tool.title or tool.name, tool.icon, tool.kind, tool.name)
    return ToolFace(tool.name, tool.title or tool.name, icon, (0, tool.position, tool.name))
