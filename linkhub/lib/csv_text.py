"""Tables as CSV, line by line.

Spreadsheets run what begins like a formula, so such text has an apostrophe before it. Programs
that need every character to the letter read JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic_core import to_json, to_jsonable_python

CSV = "text/csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What `csv` writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def lines(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A head and the rows, each when it is asked for."""
    writer = csv.writer(_Line())
    yield writer.writerow([cell(column) for column in columns])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: Any) -> str:
    """Nothing is empty, a time as in JSON, a list or map as JSON, text never a formula."""
    plain = to_jsonable_python(value)
    if plain is None:
        return ""
    text = plain if isinstance(plain, str) else to_json(plain).decode()
    return f"'{text}" if isinstance(plain, str) and text.startswith(FORMULA) else text
