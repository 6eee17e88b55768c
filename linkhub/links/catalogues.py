"""The catalogue of definitions and tools: compiled once per change value and process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from django.db import connection

from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.models import LinkDefinition, Tool
from linkhub.links.policy import url_policy
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import CatalogueData, DefinitionSpec, Deleted, ToolSpec

# The change value, the latest wide one, the transaction that wrote them, and what the settings
# allow. The transaction tells values apart that a restored or rolled back database gave twice.
Version: TypeAlias = tuple[int, int, str, UrlPolicy]

DEFINITION_COLUMNS = (
    "pk",
    "key",
    "name",
    "level",
    "project__name",
    "description",
    "tool__name",
    "provider",
    "params",
    "template",
    "select",
    "when",
    "show_while_pending",
    "hide_once_finished",
    "ttl",
    "group",
    "position",
    "icon",
    "link_type",
    "new_tab",
    "backlink",
    "enabled",
    "change",
)
TOOL_COLUMNS = ("pk", "name", "kind", "base_url", "settings", "overrides")

_cached: tuple[Version, Catalogue] | None = None


def load_catalogue() -> Catalogue:
    """The catalogue as it is now.

    The counter is read before the definitions, so that a change between the two makes what is
    resolved look older than it is: it is resolved again, and never missed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, wide, xmin::text FROM runs_changecounter")
        value, wide, transaction_id = cursor.fetchone() or (0, 0, "")
    return catalogue_at(value, wide, transaction_id)


def catalogue_at(value: int, wide: int, transaction_id: str) -> Catalogue:
    """The same for who has read the counter by himself: its value, its wide one, its `xmin`."""
    global _cached
    version: Version = value, wide, transaction_id, url_policy(())
    if _cached is None or _cached[0] != version:
        _cached = version, Catalogue.compile(_data(value, wide))
    return _cached[1]


def _data(change: int, wide: int) -> CatalogueData:
    definitions = LinkDefinition.objects.alive().order_by("pk").values_list(*DEFINITION_COLUMNS)
    tools = tuple(_tool(row) for row in Tool.objects.order_by("pk").values_list(*TOOL_COLUMNS))
    return CatalogueData(
        change=change,
        definitions=tuple(_definition(row) for row in definitions),
        tools=tools,
        policy=url_policy(tools),
        deleted=tuple(_deleted()),
        wide=wide,
    )


def _deleted() -> Iterator[Deleted]:
    rows = LinkDefinition.objects.filter(deleted=True)
    for project, key, change in rows.values_list("project__name", "key", "change"):
        yield Deleted(project, key, change)


def _definition(row: tuple[object, ...]) -> DefinitionSpec:
    fields = dict(zip(DEFINITION_COLUMNS, row, strict=True))
    fields["id"] = fields.pop("pk")
    fields["project"] = fields.pop("project__name")
    fields["tool"] = fields.pop("tool__name") or ""
    return DefinitionSpec(**fields)  # type: ignore[arg-type]


def _tool(row: tuple[object, ...]) -> ToolSpec:
    pk, name, kind, base_url, settings, overrides = row
    return ToolSpec(
        id=int(str(pk)),
        name=str(name),
        kind=str(kind),
        base_url=str(base_url),
        settings=settings,  # type: ignore[arg-type]
        overrides=tuple(overrides),  # type: ignore[arg-type]
    )
