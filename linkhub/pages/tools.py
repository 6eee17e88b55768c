"""What the tool of a shown link looks like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linkhub.links.filters import CUSTOM as CUSTOM_NAME
from linkhub.links.models import Tool
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


class Toolbox:
    """The instance's tools, read once for a page."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._faces = {tool.name: _face(tool) for tool in tools}

    @classmethod
    def load(cls) -> Toolbox:
        return cls(Tool.objects.only("name", "title", "kind", "icon", "position"))

    def of(self, link: ShownLink) -> ToolFace:
        return self._faces.get(link.tool, CUSTOM)

    def named(self, name: str) -> ToolFace | None:
        """The tool of a filter or column; `custom` is what belongs to none."""
        return self._faces.get(name) or (CUSTOM if name == CUSTOM_NAME else None)

    def all(self) -> list[ToolFace]:
        return sorted(self._faces.values(), key=lambda tool: tool.position)


def _face(tool: Tool) -> ToolFace:
    icon = find_icon(tool.title or tool.name, tool.icon, tool.kind, tool.name)
    return ToolFace(tool.name, tool.title or tool.name, icon, (0, tool.position, tool.name))
