"""Answers of back ends that are one JSON object."""

from __future__ import annotations

import json
from typing import Any

from linkhub.ingest.sources.errors import Unreachable


def message_of(data: bytes) -> dict[str, Any]:
    """Raises Unreachable for what is cut off or none: the next poll may read it whole."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreachable("The answer is not whole JSON.") from error
    if not isinstance(found, dict):
        raise Unreachable("The answer is not a message.")
    return found
