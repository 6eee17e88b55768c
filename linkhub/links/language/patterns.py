"""Regular expressions on RE2, whose cost is linear in the text whatever the pattern."""

from __future__ import annotations

from typing import Any

import re2  # type: ignore[import-untyped]

_MAX_MEMORY = 1 << 20  # bytes a compiled pattern may take; `(a{1000}){1000}` asks for more


class Pattern:
    """A compiled pattern."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self.groups: int = compiled.groups

    def search(self, text: str, group: int = 0) -> str | None:
        """What a group matched where the pattern is first found, "" where the group took no
        part; None where it is not found."""
        found = self._compiled.search(text)
        return (found.group(group) or "") if found else None


def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern. Raises ValueError with the end of a sentence."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return Pattern(re2.compile(pattern, options))
    except re2.error as error:
        reason = error.args[0]
        detail = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"has a pattern that RE2 does not know: {detail}") from None
    except UnicodeEncodeError:
        raise ValueError("has a pattern that is not Unicode text") from None
