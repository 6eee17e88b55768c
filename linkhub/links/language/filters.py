"""The filters by name, in the order they are documented in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from linkhub.links.language.filtering import FilterKind
from linkhub.links.language.nested_filters import FALLBACK_FILTERS, NESTED_FILTERS, RAW_FILTERS
from linkhub.links.language.patterns import compile_pattern
from linkhub.links.language.text_filters import TEXT_FILTERS
from linkhub.links.language.time_filters import TIME_FILTERS

__all__ = ["FILTERS", "compile_pattern"]

_ALL = (*FALLBACK_FILTERS, *TIME_FILTERS, *TEXT_FILTERS, *NESTED_FILTERS, *RAW_FILTERS)

FILTERS: Mapping[str, FilterKind] = MappingProxyType({each.name: each for each in _ALL})
