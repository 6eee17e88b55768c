"""Every provider on a run as the demo has them: its link is ready, and leads back to the run."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.template import compile_text
from linkhub.links.providers import Provider
from linkhub.links.providers.preset import Preset
from linkhub.links.resolving.facts import UnitFacts
from tests.resolving.cases import (
    END,
    START,
    a_definition,
    a_pod,
    a_run_unit,
    a_tool,
    a_unit,
    an_action,
    an_attempt,
    attached,
    one,
)

EVERY = [one for one in providers.all() if not one.runs_code]
PRESETS = [each for each in EVERY if isinstance(each, Preset)]
POD = a_pod(
    "rk7m2xq4vd9c8w-a0-0",
    uid="5a3c7f0e-1c1b-4d8e-9d53-0d1f6e0a9b11",
    namespace="flytesnacks-development",
    container="main",
    container_id="docker://8c1d2e",
    started_at=START,
    ended_at=END,
)
OF_THE_BACK_END = {
    "sparkApplicationID": "spark-1234abcd",
    "sparkDriverAddress": "driver.spark.example.com",
    "rayJobID": "raysubmit-9d2fk",
    "daskSchedulerName": "scheduler.dask.example.com",
}
CONFIG = {
    "entity": "team",
    "project": "proj",
    "workspace": "acme",
    "project_name": "cats",
    "link_suffix": "061469efad",
}
CONTEXT = {
    "wandb_entity": "vision",
    "wandb_project": "cats",
    "_mlflow_link": "https://mlflow.example.com/#/experiments/1/runs/abc",
    "trackio_space_id": "acme/curves",
    "_wandb_sweep_id": "sw1",
}
FINISHED = {"phase": "succeeded", "started_at": START, "ended_at": END}
# Any address at all; addresses that say nothing but their host, or nothing of a run but its time.
FOR_NO_RUN = {"mlflow_task", "spark_driver", "dask_status", "kibana_saved_search"}


def references(provider: Provider) -> Iterator[tuple[str, str]]:
    """The context's keys that parameters fall back to, with a value each."""
    for each in provider.parameters:
        for label in compile_text(each.default).variables:
            if label.startswith("context."):
                yield label.removeprefix("context."), each.example


def a_run_with(provider: Provider) -> UnitFacts:
    attempt = an_attempt(1, POD, **FINISHED, variables=OF_THE_BACK_END)
    context = {**CONTEXT, **dict(references(provider))}
    action = an_action(
        name="a0",
        parent="",
        **FINISHED,
        context=context,
        task_version="v3",
        task_config={**CONFIG, "experiment_key": context.get("comet_experiment_key", "")},
        attempts=(attempt,),
    )
    run = {**FINISHED, "name": "rk7m2xq4vd9c8w", "context": context, "org": "acme"}
    if provider.level == "project":
        return UnitFacts("flytesnacks")
    return a_run_unit(action, **run) if provider.level == "run" else a_unit(action, **run)


def a_tool_for(provider: Provider) -> Any:
    settings = {each.name: each.example for each in provider.tool_settings if not each.default}
    return a_tool("it", provider.tool_kind, provider.default_base_url, settings=settings)


def params_of(provider: Provider) -> Mapping[str, str]:
    """What a definition has to give: of a project, all that a run would."""
    given = {
        each.name: each.example
        for each in provider.parameters
        if each.required or (provider.level == "project" and "context" in each.default)
    }
    return given | ({"var-run": "{{ .runName }}"} if provider.kind == "grafana_dashboard" else {})


def ready_url(provider: Provider) -> str:
    definition = a_definition(
        provider=provider.kind, level=str(provider.level), tool="it", params=params_of(provider)
    )
    tools = (a_tool_for(provider),)
    link = one(a_run_with(provider), definition, tools=tools, variable_hosts=("*.example.com",))
    assert (link.state, link.reason) == ("ready", "")
    return link.url


def test_it_builds_every_provider_on_a_demo_run() -> None:
    for provider in EVERY:
        assert ready_url(provider).startswith(("https://", "http://")), provider.kind


def leads_back(parts: Mapping[str, str], unit: UnitFacts) -> bool:
    """Whether a recorded name of the run, or an id that it carries, is among the parts."""
    if unit.run is None:
        return True
    action = unit.action or unit.root
    assert action
    own = {unit.run.name, action.name, action.task, POD.name, unit.run.workflow}
    own |= {*action.context.values(), *OF_THE_BACK_END.values(), *action.task_config.values()}
    return bool(own & set(parts.values()))


def test_it_finds_the_run_back() -> None:
    for provider in EVERY:
        if provider.kind in FOR_NO_RUN:
            continue
        found = provider.identify(ready_url(provider))
        assert found is not None, provider.kind
        assert found.kind == provider.kind
        assert leads_back(found.parts, a_run_with(provider)), (provider.kind, found)


def test_it_gives_back_the_base_url_and_the_parameters() -> None:
    for preset in PRESETS:
        url, tool = ready_url(preset), a_tool_for(preset)
        found = preset.identify(url)
        assert found is not None
        assert not tool.base_url or found.base_url == tool.base_url, preset.kind
        for name, value in params_of(preset).items():
            assert found.parts.get(name, value) == value, preset.kind


def test_it_has_an_example_of_every_parameter_that_needs_one() -> None:
    for preset in PRESETS:
        for each in preset.parameters:
            assert each.default or each.example or not each.required, (preset.kind, each.name)


@pytest.mark.parametrize("kind", ["mlflow_run", "wandb_run", "grafana_dashboard"])
def test_an_attached_link_may_name_a_provider(kind: str) -> None:
    provider = providers.get(kind)
    given = attached(provider=kind, params=dict(params_of(provider)))
    context = {**CONTEXT, **dict(references(provider))}
    unit = a_unit(an_action(**FINISHED, context=context, attached=(given,)), **FINISHED)
    tools = (a_tool("mlflow"), a_tool("grafana"), a_tool("wandb"))
    assert one(unit, tools=tools).state == "ready"
