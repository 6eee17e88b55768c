"""`docs/tools.md`."""

from pathlib import Path

from linkhub.links import providers
from linkhub.links.providers.manual import example_of, manual

DOCUMENT = Path(__file__).parents[2] / "docs/tools.md"


def test_it_is_current() -> None:
    """`python -m linkhub.links.providers.manual docs/tools.md` writes it."""
    assert DOCUMENT.read_text(encoding="utf-8") == manual()


def test_it_has_a_link_of_every_provider_that_runs_no_code() -> None:
    assert [one.kind for one in providers.all() if not example_of(one)] == ["python_link"]
