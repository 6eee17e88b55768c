from pathlib import Path

import pytest

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links.language import compile_template
from linkhub.links.language.catalogue import MAPS, VARIABLES
from linkhub.links.language.examples import EXAMPLES
from linkhub.links.language.filters import FILTERS
from linkhub.links.language.manual import manual

DOCUMENT = Path(__file__).parents[2] / "docs/template-language.md"


def test_it_is_current() -> None:
    assert DOCUMENT.read_text() == manual(), (
        "run `python -m linkhub.links.language.manual docs/template-language.md`"
    )


def test_it_has_every_variable_and_filter() -> None:
    for name in [*(each.name for each in VARIABLES), *FILTERS]:
        assert f"`{name}`" in manual() or f"`{name}(" in manual()


@pytest.mark.parametrize("name", [each.name for each in VARIABLES])
def test_it_has_an_example_of_every_variable(name: str) -> None:
    rendered = compile_template(f"https://h/{{{{ .{name} }}}}").render(EXAMPLES)
    assert check_url(rendered.url, origin=HostOrigin.ADMIN, policy=UrlPolicy()) is None


def test_it_has_an_example_of_every_map() -> None:
    for each in MAPS[:-1]:
        assert EXAMPLES.get(f"{each.name}.{each.example_key}") == each.example
        assert EXAMPLES.get(f"{each.name}.any-other") == "any-other"
