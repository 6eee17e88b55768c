"""Configuration inside configuration: a ConfigMap holds files as text."""

from __future__ import annotations

from typing import Any

from linkhub.links.as_code.tree import BadFile, read_yaml

MOST_DEEP = 3
ENDINGS = (".yaml", ".yml", ".json")
# Argo's ConfigMap has its configuration as a whole, or each part, as text.
NAMES = frozenset({"config", "links"})


def unfolded(data: Any, depth: int = 0) -> Any:
    """The data with such texts read, where they are YAML with something in it."""
    if isinstance(data, list):
        return [unfolded(each, depth) for each in data]
    if not isinstance(data, dict):
        return data
    return {name: _read(name, value, depth) for name, value in data.items()}


def _read(name: str, value: Any, depth: int) -> Any:
    is_file = name in NAMES or name.endswith(ENDINGS)
    if not (isinstance(value, str) and is_file and depth < MOST_DEEP):
        return unfolded(value, depth)
    try:
        inner = read_yaml(value).data
    except BadFile:
        # Text of another kind, which holds no links either.
        return value
    return unfolded(inner, depth + 1) if isinstance(inner, dict | list) else value
