"""What the threat model says shows something is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_it_names_is_there() -> None:
    text = (ROOT / "docs/threat-model.md").read_text("utf-8")
    named = set(re.findall(r"`([\w/]+(?:/test_\w+\.py|/\w+))`", text))
    paths = {name for name in named if not name.startswith(("X-", "application/"))}
    gone = sorted(path for path in paths if not (ROOT / "tests" / path).exists())

    assert len(paths) > 20
    assert gone == []
