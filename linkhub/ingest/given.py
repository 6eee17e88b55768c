"""Facts of other systems often stand in their messages without being said."""

from __future__ import annotations

from typing import Any


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without those that are empty: left out of a document, they are left alone."""
    return {name: held for name, held in fields.items() if held not in (None, "", {}, [])}
