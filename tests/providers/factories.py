"""Requests with fixed values, as resolving would make them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.language.values import OpenEnd, Value, Values
from linkhub.links.providers import Provider, Request, ToolFacts

# Names as they can be recorded: anything but control characters.
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40)

START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
END = datetime(2023, 11, 14, 23, 13, 20, tzinfo=UTC)
START_MS, END_MS = 1_700_000_000_000, 1_700_003_600_000
OPEN = OpenEnd(datetime(2024, 1, 1, tzinfo=UTC))

PLAIN: Mapping[str, Value] = {
    "runname": "r1abc",
    "actionname": "act1",
    "executionproject": "fproj",
    "executiondomain": "development",
    "podname": "r1abc-act1-0",
    "namespace": "flytesnacks-development",
    "podrfc3339starttime": START,
    "podrfc3339finishtime": END,
    "runstarttime": START,
    "runendtime": END,
    "starttime": START,
    "endtime": END,
}


def a_request(
    params: Mapping[str, Any] | None = None,
    *,
    context: Mapping[str, str] | None = None,
    tool: ToolFacts | None = None,
    variable_params: frozenset[str] = frozenset(),
    **plain: Value | None,
) -> Request:
    values = Values({**PLAIN, **plain}, {"context": context or {}})
    return Request(params or {}, values, tool, variable_params)


def a_grafana(**settings: str) -> ToolFacts:
    return ToolFacts("grafana", "grafana", "https://grafana.example.com", settings)


def asked(vector: Mapping[str, Any]) -> tuple[Provider, Request]:
    """The provider and the request that an entry of `urls.json` says are its own."""
    ask = vector["linkhub"]
    provider = providers.get(ask["provider"])
    base, settings = ask.get("base_url", ""), ask.get("settings", {})
    tool = ToolFacts("tool", provider.tool_kind, base, settings)
    values = {name.lower(): value for name, value in ask.get("values", {}).items()}
    return provider, a_request(ask["params"], tool=tool, **values)


def vectors(name: str) -> list[dict[str, Any]]:
    loaded = json.loads((Path(__file__).parent.parent / "vectors" / name).read_text())
    found: list[dict[str, Any]] = loaded["vectors"] if isinstance(loaded, dict) else loaded
    return found
