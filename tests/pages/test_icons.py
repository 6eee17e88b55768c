"""Icons of tools."""

from __future__ import annotations

import re
from pathlib import Path

from linkhub.pages import find
from linkhub.pages.icons import ALIASES, BRANDS, PLAIN, find_icon

ROOT = Path(__file__).parent.parent.parent
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))


def test_it_names_only_what_the_sprite_holds() -> None:
    assert BRANDS | {f"ui-{name}" for name in PLAIN} <= SYMBOLS
    assert set(ALIASES.values()) <= BRANDS


def test_its_templates_use_only_what_the_sprite_holds() -> None:
    pages = (ROOT / "templates").rglob("*.html")
    used = {name for page in pages for name in re.findall(r'ui_icon "([^"]+)"', page.read_text())}

    assert used
    assert {f"ui-{name}" for name in used} <= SYMBOLS


def test_its_pages_name_only_what_the_sprite_holds() -> None:
    """What is found and what the palette offers say which icon stands beside them."""
    commands = (ROOT / "linkhub/pages/commands.py").read_text()
    used = {*find.ICONS.values(), *re.findall(r'"([a-z]+)"\s*\)$', commands, re.M)}

    assert {"link", "plus", "pin", "tree"} <= used
    assert {f"ui-{name}" for name in used} <= SYMBOLS


def test_it_takes_the_first_icon_it_knows() -> None:
    assert find_icon("Our W&B", "", "Weights-and-Biases", "wandb").symbol == "wandb"
    assert find_icon("Cluster", "k8s").symbol == "kubernetes"
    assert find_icon("Notes", "book").symbol == "ui-book"


def test_it_draws_a_monogram_where_it_knows_none() -> None:
    icon = find_icon("“Model” registry", "https://example.com/logo.png")

    assert (icon.symbol, icon.letter) == ("", "M")
    assert 1 <= icon.hue <= 6
    assert find_icon("…").letter == "•"
