"""JavaScript of our own: little, so that pages stay what the server writes."""

from __future__ import annotations

from pathlib import Path

SCRIPTS = Path(__file__).parent.parent.parent / "static" / "js"


def test_it_stays_under_300_lines() -> None:
    lines = {file.name: len(file.read_text().splitlines()) for file in SCRIPTS.glob("*.js")}

    assert sum(lines.values()) < 300, lines


def test_it_has_no_long_lines() -> None:
    """Few lines are nothing gained where they are long."""
    longest = max(
        len(line) for file in SCRIPTS.glob("*.js") for line in file.read_text().split("\n")
    )

    assert longest <= 160
