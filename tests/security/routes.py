"""Every route there is, found by walking the URL configuration and the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from linkhub.api.api import api

ADMIN = "admin/"


def every_route() -> set[str]:
    """Without the Django admin's, which have one rule for all: see `test_admin.py`."""
    return {route for route in walk_all() if not route.startswith(ADMIN)}


def walk_all() -> set[str]:
    return {route for route, _ in walk(get_resolver())}


def every_operation() -> set[tuple[str, str]]:
    """Method and route of each of the API's, those that its document leaves out included."""
    found = set()
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            route = f"api/v1/{prefix}{path}".replace("//", "/")
            for operation in view.operations:
                found |= {(method, plain(route)) for method in operation.methods}
    return found


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Routes with their views."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield plain(route), pattern.callback
        else:
            yield from walk(pattern, route)


def route_of(address: str) -> str:
    """What is no route at all where none leads there."""
    try:
        return plain(resolve(address.partition("?")[0]).route)
    except Resolver404:
        return f"no route to {address}"


def plain(route: str) -> str:
    """Without the names and kinds of what stands in it, which the API spells in its own way."""
    return re.sub(r"\{[^}]*\}|<[^>]*>", "<>", route)
