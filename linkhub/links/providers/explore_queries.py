"""The queries in an address of Grafana's Explore, whether we or Grafana wrote it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit


def read_queries(url: str) -> tuple[str, list[str]] | None:
    """Base URL and queries of an Explore URL in either form, whether we or Grafana wrote it."""
    try:
        split = urlsplit(url)
        fields = parse_qs(split.query, max_num_fields=50)
        panes = _panes(fields)
    except (ValueError, RecursionError):
        return None
    path = split.path.rstrip("/")
    base = path.removesuffix("/explore")
    if split.scheme not in {"http", "https"} or not split.netloc or base == path:
        return None
    return f"{split.scheme}://{split.netloc}{base}", [expr for one in panes for expr in _exprs(one)]


def _panes(fields: Mapping[str, list[str]]) -> list[Any]:
    if "panes" in fields:
        panes = json.loads(fields["panes"][0])
        return list(panes.values()) if isinstance(panes, dict) else []
    left = fields.get("left", ["{}"])[0]
    return [json.loads(left.replace("%25", "%"))]


def _exprs(state: Any) -> list[str]:
    """The queries of a pane; the older `left` can be a list that holds them among other things."""
    queries = state.get("queries") if isinstance(state, dict) else state
    found = [one.get("expr", one.get("query")) for one in _listed(queries) if isinstance(one, dict)]
    return [expr for expr in found if isinstance(expr, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
