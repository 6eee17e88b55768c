"""Flyte's spellings of the fields of links and definitions, translated to ours.

Flyte's TaskLog (flyteidl2.core.TaskLog) travels as JSON in several spellings: the fields
`ShowWhilePending` and `HideOnceFinished` are camel-cased in the message itself, the others
follow proto3's JSON mapping or keep their own names. TemplateLogPlugin, from Flyte's
configuration, has names of its own for a template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_BOTH = {
    "ShowWhilePending": "show_while_pending",
    "showWhilePending": "show_while_pending",
    "HideOnceFinished": "hide_once_finished",
    "hideOnceFinished": "hide_once_finished",
    "iconUri": "icon",
    "icon_uri": "icon",
    "linkType": "link_type",
}
OF_LINKS: Mapping[str, str] = _BOTH | {"uri": "url", "messageFormat": "message_format"}
OF_DEFINITIONS: Mapping[str, str] = _BOTH | {
    "displayName": "name",
    "uri": "template",
    "templateUri": "template",
    "templateUris": "template",
}
# By number too: proto3's JSON mapping accepts both.
_VALUES: Mapping[str, Mapping[str | int, str]] = {
    "link_type": {"EXTERNAL": "external", "DASHBOARD": "dashboard", "IDE": "ide"}
    | {0: "external", 1: "dashboard", 2: "ide"},
    "message_format": {"UNKNOWN": "", "CSV": "csv", "JSON": "json"} | {0: "", 1: "csv", 2: "json"},
}


def translate(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The same in our spelling; as it is, where nothing is in one of the spellings `names`.

    In Flyte's, `show_while_pending` is false unless it is given. Raises ValueError where a field
    is given in two spellings.
    """
    sent: dict[str, str] = {}
    for name in given:
        if (other := sent.setdefault(names.get(name, name), name)) != name:
            raise ValueError(f"has {other} and {name}; give one of them")
    ours = {field: given[name] for field, name in sent.items()}
    if sent.keys() <= given.keys():
        return ours
    return {"show_while_pending": False} | {
        field: _translated(field, value) for field, value in ours.items()
    }


def as_sent(given: Mapping[str, Any], field: str) -> str | None:
    """How a link or definition, as it was sent, spells our `field`; None where it has none."""
    return field if field in given else next(_spellings(given, field), None)


def _spellings(given: Mapping[str, Any], field: str) -> Iterator[str]:
    return (
        name for names in (OF_LINKS, OF_DEFINITIONS) for name in given if names.get(name) == field
    )


def _translated(field: str, value: Any) -> Any:
    known = _VALUES.get(field)
    # True is 1 to Python alone.
    if known is None or isinstance(value, bool) or not isinstance(value, str | int):
        return value
    return known.get(value, value)
