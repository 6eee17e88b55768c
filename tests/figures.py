"""Figures that slow suites measured, written into the documents that state them.

Such a suite has one block of a document, between two comments that name it:

    <!-- figures of the soak: written by `make test-soak` -->
    …
    <!-- end of figures of the soak -->
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def keep_figures(document: str, of: str, text: str) -> None:
    """Write `text` into the block of this name, where FIGURES asks for it.

    Raises AssertionError where the document has no such block.
    """
    if os.environ.get("FIGURES"):
        path = DOCS / document
        path.write_text(with_figures(path.read_text(), of, text))


def with_figures(document: str, of: str, text: str) -> str:
    name = re.escape(of)
    block = rf"(<!-- figures of {name}:[^>]*-->\n).*?(<!-- end of figures of {name} -->)"
    found, number = re.subn(
        block, lambda match: f"{match[1]}\n{text.strip()}\n\n{match[2]}", document, flags=re.DOTALL
    )
    assert number == 1, f"{number} blocks of figures of {of}"
    return found


def machine() -> str:
    return f"{os.cpu_count()} processors, Python {platform.python_version()}"
