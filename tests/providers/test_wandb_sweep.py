"""W&B sweeps: the rules of Flyte's plugin."""

from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import MissingVariables
from linkhub.links.providers import Built
from tests.providers.factories import a_request, vectors

PROVIDER = providers.get("wandb_sweep")
VECTORS = [each for each in vectors("flyte_links.json") if each["class"].endswith(".WandbSweep")]


def is_bare(vector: dict[str, Any]) -> bool:
    return bool(vector["expected"].count("/") == 2)


def ask(vector: dict[str, Any]) -> Built:
    return PROVIDER.build(a_request(vector["params"], context=vector["call"]["context"]))


@pytest.mark.parametrize("vector", [v for v in VECTORS if not is_bare(v)], ids=lambda v: v["id"])
def test_it_gives_the_plugins_link(vector: dict[str, Any]) -> None:
    assert ask(vector).url == vector["expected"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if is_bare(v)], ids=lambda v: v["id"])
def test_it_waits_where_the_plugin_gives_the_bare_host(vector: dict[str, Any]) -> None:
    with pytest.raises(MissingVariables):
        ask(vector)


def test_it_gives_wandbs_own_address() -> None:
    # Entity and project are read from the entry's URL.
    (vector,) = (v for v in vectors("urls.json") if (v["tool"], v["variant"]) == ("wandb", "sweep"))
    params = {"entity": "team", "project": "proj", "id": vector["inputs"]["sweep_id"]}
    assert PROVIDER.build(a_request(params)).url == vector["url"]


def test_it_identifies_its_own_links() -> None:
    params = {"entity": "a b", "project": "p", "id": "s/1"}
    found = PROVIDER.identify(PROVIDER.build(a_request(params)).url)
    assert found is not None
    assert (found.base_url, found.parts) == ("https://wandb.ai", params)


def test_it_does_not_identify_the_list_of_sweeps() -> None:
    assert PROVIDER.identify("https://wandb.ai/ent/proj/sweeps") is None
