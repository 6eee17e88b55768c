"""What is stored, as a file that stores the same again. What is as it would be anyway is left out.

Tools hold no secrets: their settings are what templates read. Sources and tokens are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from linkhub.accounts.models import Project
from linkhub.links.as_code.file import DefinitionEntry, ToolEntry
from linkhub.links.as_code.tree import reads_as_text
from linkhub.links.documents import definition_as_document, tool_as_document
from linkhub.links.models import LinkDefinition, Tool

SCHEMA_COMMENT = "# yaml-language-server: $schema={}\n"


def export(*, project: Project | None = None, label: str | None = None) -> dict[str, Any]:
    """The file as plain data: everything, or one project's definitions; or what a label keeps.

    A project's file has no tools: they are the instance's.
    """
    rows = LinkDefinition.objects.alive().select_related("project", "tool")
    tools = Tool.objects.order_by("name")
    if project is not None:
        rows, tools = rows.filter(project=project), tools.none()
    if label is not None:
        rows, tools = rows.filter(managed_by=label), tools.filter(managed_by=label)
    file: dict[str, Any] = {"version": 1}
    if label is not None:
        file["label"] = label
    if kept := [_without_defaults(tool_as_document(row), ToolEntry) for row in tools]:
        file["tools"] = kept
    ordered = rows.order_by("project__name", "key")
    file["definitions"] = [_definition(row) for row in ordered]
    return file


def as_yaml(file: Mapping[str, Any], *, schema: str = "") -> str:
    """The file as text; `schema` is the address of its schema, for editors."""
    head = SCHEMA_COMMENT.format(schema) if schema else ""
    text: str = yaml.dump(
        dict(file), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
    )
    return head + text


def _definition(row: LinkDefinition) -> dict[str, Any]:
    document = definition_as_document(row)
    if document["name"] == row.key:
        document["name"] = ""
    return _without_defaults(document, DefinitionEntry)


def _without_defaults(
    document: Mapping[str, Any], shape: type[DefinitionEntry | ToolEntry]
) -> dict[str, Any]:
    kept = {}
    for name in sorted(document, key=_first_what_it_is):
        default = shape.model_fields[name].get_default()
        plain = (
            default.model_dump(exclude_unset=True) if hasattr(default, "model_dump") else default
        )
        value = document[name]
        if (
            shape.model_fields[name].is_required()
            or value != plain
            or type(value) is not type(plain)
        ):
            kept[name] = value
    return kept


def _first_what_it_is(name: str) -> int:
    order = ("project", "key", "name")
    return order.index(name) if name in order else len(order)


class _Dumper(yaml.SafeDumper):
    """Quotes what one of the two readings of YAML (1.1, and 1.2 here) takes for no text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style: str | None = None
    if not text.replace("\n", "").isprintable():
        # Other line breaks than this one come back as a blank unless they are escaped.
        style = '"'
    elif "\n" in text:
        style = "|"
    elif not reads_as_text(text):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
