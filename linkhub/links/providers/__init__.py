"""Providers: pure code that turns a definition's parameters and a run's values into a URL."""

from linkhub.links.language.catalogue import Level
from linkhub.links.providers.base import (
    Built,
    Identified,
    Parameter,
    ParamValue,
    Provider,
    Request,
    ToolFacts,
)
from linkhub.links.providers.registry import UnknownProvider, all, get

__all__ = [
    "Built",
    "Identified",
    "Level",
    "ParamValue",
    "Parameter",
    "Provider",
    "Request",
    "ToolFacts",
    "UnknownProvider",
    "all",
    "get",
]
