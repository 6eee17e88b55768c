"""The URL policy on what a template says by itself, before any value is known."""

from __future__ import annotations

import re
from dataclasses import replace

from linkhub.lib.url_policy import HostOrigin, Refusal, UrlPolicy, check_url
from linkhub.links.language import Template
from linkhub.links.language.syntax import Expression, Literal, Node

_WHOLE_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*[/?#]")
_OF_THE_BEGINNING = frozenset({"scheme", "not-absolute"})
# Stands for a value: plain in every place but a port.
_ANY_VALUE = "x"


def check_template_url(template: Template, *, policy: UrlPolicy) -> Refusal | None:
    """The first rule that every URL of this template would break, or None.

    A host with a variable in it is judged when it is known, when the link is resolved.
    """
    first = template.nodes[0]
    if not isinstance(first, Literal):
        return _check_literals(template.nodes, policy)
    if len(template.nodes) == 1 or _WHOLE_HOST.match(first.text):
        example = "".join(map(_example, template.nodes))
        return check_url(example, origin=HostOrigin.ADMIN, policy=policy)
    anywhere = replace(policy, admin_hosts=("*",))
    begun = check_url(first.text + _ANY_VALUE, origin=HostOrigin.ADMIN, policy=anywhere)
    if begun and begun.rule in _OF_THE_BEGINNING:
        return begun
    return _check_literals(template.nodes, policy)


def _check_literals(nodes: tuple[Node, ...], policy: UrlPolicy) -> Refusal | None:
    """The text between the variables, each piece as if it stood in a path."""
    anywhere = replace(policy, admin_hosts=("*",))
    for node in nodes:
        url = f"https://{_ANY_VALUE}/{_ANY_VALUE}{_example(node)}{_ANY_VALUE}"
        if refusal := check_url(url, origin=HostOrigin.ADMIN, policy=anywhere):
            return refusal
    return None


def _example(node: Node) -> str:
    match node:
        case Literal(text=text):
            return text
        case Expression():
            return _ANY_VALUE
        case _:
            return "".join(map(_example, node.items))
