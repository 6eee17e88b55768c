"""W&B groups and projects, and the runs of flytekit's `wandb_init`."""

from dataclasses import replace
from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import MissingVariables
from linkhub.links.language.values import Values
from linkhub.links.providers import Built, Request, ToolFacts
from tests.providers.factories import PLAIN, a_request

PLACE = {"entity": "ent", "project": "proj"}
CONFIG = {**PLACE, "host": "https://wandb.ai"}


@pytest.mark.parametrize(
    ("params", "context", "group"),
    [
        ({}, {}, "r1abc-act1"),
        ({}, {"wandb_group": "g/1"}, "g%2F1"),
        ({"group": "own"}, {"wandb_group": "g"}, "own"),
    ],
)
def test_it_leads_to_the_group(params: dict[str, str], context: dict[str, str], group: str) -> None:
    built = providers.get("wandb_group").build(a_request({**PLACE, **params}, context=context))
    assert built.url == f"https://wandb.ai/ent/proj/groups/{group}"


def test_it_finds_the_run_of_a_group_back() -> None:
    found = providers.get("wandb_group").identify("https://wandb.ai/e/p/groups/r1-a0/workspace")
    assert found is not None
    assert found.runs == (("r1", "a0"),)
    assert providers.get("wandb_group").identify("https://wandb.ai/e/p/runs/x") is None


def test_it_leads_to_the_project_of_the_context() -> None:
    context = {"wandb_project": "my proj", "wandb_entity": "e", "wandb_host": "https://h2"}
    built = providers.get("wandb_project").build(a_request({}, context=context))
    assert (built.url, built.origin_is_variable) == ("https://h2/e/my%20proj/workspace", True)
    with pytest.raises(MissingVariables):
        providers.get("wandb_project").build(a_request({}))


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://wandb.ai/e/p%20x/workspace?nw=1", "https://wandb.ai"),
        ("https://f.test/wandb/e/p%20x/workspace", "https://f.test/wandb"),
    ],
)
def test_it_identifies_a_project(url: str, base: str) -> None:
    found = providers.get("wandb_project").identify(url)
    assert found is not None
    assert (found.base_url, found.parts) == (base, {"entity": "e", "project": "p x"})


@pytest.mark.parametrize(
    "url", ["https://wandb.ai/e/p", "https://[", "x:/e/p/workspace", "https://x//p/workspace"]
)
def test_it_identifies_no_other_project(url: str) -> None:
    assert providers.get("wandb_project").identify(url) is None


def of_flytekit(
    config: dict[str, str], params: dict[str, Any] | None = None, **plain: Any
) -> Request:
    request = a_request(params)
    return replace(request, values=Values({**PLAIN, **plain}, {"taskconfig": config}))


def wandb_init(config: dict[str, str], params: dict[str, Any] | None = None, **plain: Any) -> Built:
    return providers.get("wandb_init").build(of_flytekit(config, params, **plain))


def test_it_names_the_run_by_the_pod() -> None:
    assert wandb_init(CONFIG).url == "https://wandb.ai/ent/proj/runs/r1abc-act1-0"
    assert wandb_init(CONFIG, hostname="worker-0").url.endswith("/runs/worker-0")
    assert wandb_init(CONFIG, podname="", generatedname="r1-n0-0").url.endswith("/runs/r1-n0-0")


def test_it_names_the_run_by_the_id_that_was_given() -> None:
    assert wandb_init({**CONFIG, "id": "fixed"}).url.endswith("/runs/fixed")
    assert wandb_init(CONFIG, {"id": "own"}).url.endswith("/runs/own")


def test_it_waits_where_wandb_draws_the_id() -> None:
    with pytest.raises(MissingVariables) as error:
        wandb_init({**CONFIG, "id": ""})
    assert error.value.names == ("taskConfig.id",)


@pytest.mark.parametrize("missing", ["entity", "project"])
def test_it_waits_for_the_configuration(missing: str) -> None:
    with pytest.raises(MissingVariables) as error:
        wandb_init({name: value for name, value in CONFIG.items() if name != missing})
    assert error.value.names == (f"taskConfig.{missing}",)


def test_it_waits_for_the_pod() -> None:
    with pytest.raises(MissingVariables) as error:
        wandb_init(CONFIG, podname=None)
    assert error.value.names == ("podName",)


def test_it_says_whose_the_host_is() -> None:
    assert not wandb_init(CONFIG).origin_is_variable
    other = wandb_init({**CONFIG, "host": "https://my_org.wandb.org/"})
    assert other.url.startswith("https://my_org.wandb.org/ent/")
    assert other.origin_is_variable


def test_it_takes_the_tools_host() -> None:
    request = replace(of_flytekit(PLACE), tool=ToolFacts("t", "wandb", "https://w.test"))
    assert providers.get("wandb_init").build(request).url.startswith("https://w.test/ent/")


def test_it_finds_the_pod_back() -> None:
    found = providers.get("wandb_init").identify(wandb_init(CONFIG).url)
    assert found is not None
    assert found.parts["pod"] == "r1abc-act1-0"
    assert providers.get("wandb_init").identify("https://wandb.ai/e/p/sweeps/s") is None
