"""Python `Link` classes as definitions: Flyte's own classes give Flyte's own links."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from linkhub.links.classes.runner import LinkRunner
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers.python_link import PythonLink, link_call
from tests.providers.factories import a_request, vectors

HERE = "tests.providers.link_classes"
PROVIDER = PythonLink()
VECTORS = [
    each
    for each in vectors("flyte_links.json")
    if each["class"].startswith("flyteplugins.wandb.") and isinstance(each["expected"], str)
]


@pytest.fixture(scope="module")
def runner() -> Iterator[LinkRunner]:
    with LinkRunner(allowed=[f"{HERE}:*", "flyteplugins.wandb:*"]) as runner:
        yield runner


def a_link(name: str, **params: Any) -> dict[str, Any]:
    return {"class": f"{HERE}:{name}", **params}


def filled(text: str) -> str:
    return text.replace("{{.runName}}", "r1abc").replace("{{.actionName}}", "act1")


def value_of(handed_over: str) -> str | None:
    """What LinkHub knows where Flyte hands this over; Flyte's empty name is not known here."""
    return filled(handed_over) or None


@pytest.mark.parametrize(
    "vector",
    [each for each in VECTORS if each["call"]["run_name"]],
    ids=lambda vector: vector["id"],
)
def test_it_gives_the_link_that_flyte_gives(runner: LinkRunner, vector: Mapping[str, Any]) -> None:
    call, name = vector["call"], vector["class"].rpartition(".")[2]
    request = a_request(
        {"class": f"flyteplugins.wandb:{name}", **vector["params"]},
        context=call["context"] or {},
        runname=value_of(call["run_name"]),
        actionname=value_of(call["action_name"]),
    )
    assert PROVIDER.build_with(runner, request).url == filled(vector["expected"])


@pytest.mark.parametrize(
    "vector",
    [each for each in vectors("flyte_links.json") if each["group"] == "docs"],
    ids=lambda vector: vector["id"],
)
def test_it_gives_the_links_of_flytes_documentation(
    runner: LinkRunner, vector: Mapping[str, Any]
) -> None:
    name = {"docs.GrafanaLink": "DocsGrafana", "docs.Wandb": "DocsWandb"}[vector["class"]]
    request = a_request(a_link(name, **vector["params"]), context=vector["call"]["context"])
    expected = vector["expected"].replace("{{.podName}}", "r1abc-act1-0")
    assert PROVIDER.build_with(runner, request).url == expected


def test_it_hands_over_what_flyte_hands_over() -> None:
    call = link_call(a_request(a_link("Good", team="ml", empty=""), context={"k": "v"}))
    assert call.keywords() == {
        "run_name": "r1abc",
        "project": "fproj",
        "domain": "development",
        "context": {"k": "v"},
        "parent_action_name": "act1",
        "action_name": "act1",
        "pod_name": "r1abc-act1-0",
    }
    assert call.args == {"team": "ml"}


def test_it_hands_over_the_parent() -> None:
    assert link_call(a_request(a_link("Good"), parentactionname="a0")).parent_action_name == "a0"


def test_it_names_what_came_from_the_run() -> None:
    request = a_request(a_link("Good", host="x"), variable_params=frozenset({"host"}))
    assert link_call(request).variable_args == {"host"}


def test_it_gives_the_name_and_icon_of_the_class(runner: LinkRunner) -> None:
    built = PROVIDER.build_with(runner, a_request(a_link("Good")))
    assert (built.name, built.icon) == ("Good", "https://icons.test/g.png")


def test_it_fills_in_placeholders_of_the_class(runner: LinkRunner) -> None:
    built = PROVIDER.build_with(runner, a_request(a_link("Templated"), namespace="a/b"))
    assert built.url == "https://good.test/a%2Fb/r1abc-act1-0?note="
    assert {part.variable for part in built.parts} >= {"namespace", "podName"}
    assert not built.origin_is_variable


def test_it_waits_for_what_a_placeholder_needs(runner: LinkRunner) -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build_with(runner, a_request(a_link("Templated"), podname="", namespace=None))
    assert error.value.names == ("namespace", "podName")


def test_it_waits_where_a_class_encodes_what_is_not_known(runner: LinkRunner) -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build_with(runner, a_request(a_link("Encoding"), podname=None))
    assert error.value.names == ("podName",)


def test_it_expands_no_name_of_the_run(runner: LinkRunner) -> None:
    request = a_request(a_link("Good"), podname="{{.namespace}}")
    with pytest.raises(Failed, match="reads like a placeholder"):
        PROVIDER.build_with(runner, request)


def test_it_fills_in_the_class_own_where_the_twin_raised(runner: LinkRunner) -> None:
    built = PROVIDER.build_with(runner, a_request(a_link("HostByDomain")))
    assert built.url == "https://dev.test/r1abc-act1-0"
    assert built.origin_is_variable


def test_it_expands_no_value_of_the_run(runner: LinkRunner) -> None:
    context = {"note": "{{ .context.other }}", "other": "x"}
    with pytest.raises(Failed, match="reads like a placeholder"):
        PROVIDER.build_with(runner, a_request(a_link("Templated"), context=context))


def test_it_fails_on_a_placeholder_that_does_not_exist(runner: LinkRunner) -> None:
    with pytest.raises(Failed, match="cannot be filled in"):
        PROVIDER.build_with(runner, a_request(a_link("Broken")))


def test_it_fails_without_a_class() -> None:
    with pytest.raises(Failed, match="`class` is empty"):
        link_call(a_request({}))


def test_it_never_runs_outside_a_worker() -> None:
    with pytest.raises(Failed, match="only a worker"):
        PROVIDER.build(a_request(a_link("Good")))


def test_it_hides_everything_of_the_run_from_the_twin() -> None:
    call = link_call(a_request(a_link("Good"), context={"k": "v"}, podname=None))
    twin = replace(call, context={"k": "v"}).twin("x")
    assert twin.keywords() == {
        **dict.fromkeys(call.keywords(), "x"),
        "context": {"k": "x"},
        "pod_name": "{{.podName}}",
    }
