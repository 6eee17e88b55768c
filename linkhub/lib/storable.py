"""Text that can be stored and sent: without NUL, which PostgreSQL refuses, and lone surrogates,
which have no UTF-8 form."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None


def make_storable(text: str) -> str:
    """With U+FFFD for what cannot be stored, as Django decodes bytes that are no UTF-8."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
