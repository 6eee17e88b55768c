"""The kinds of sources. A new connector is its package and a line here."""

from __future__ import annotations

from typing import Any

from linkhub.ingest.flyte1.connector import Flyte1Connector
from linkhub.ingest.flyte2.connector import Flyte2Connector
from linkhub.ingest.openlineage.mapping import OpenLineageConnector
from linkhub.ingest.sources.connector import Connector
from linkhub.ingest.sources.errors import Misconfigured

CONNECTORS: dict[str, type[Connector[Any]]] = {
    connector.kind: connector
    for connector in (Flyte1Connector, Flyte2Connector, OpenLineageConnector)
}


def connector_of(kind: str) -> type[Connector[Any]]:
    """Raises Misconfigured where no connector has this kind (any more)."""
    try:
        return CONNECTORS[kind]
    except KeyError:
        raise Misconfigured(f"There is no connector of the kind {kind}.") from None


def choices() -> list[tuple[str, str]]:
    return sorted((kind, each.label) for kind, each in CONNECTORS.items())
