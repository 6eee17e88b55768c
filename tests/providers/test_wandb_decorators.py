"""The links that Flyte's decorators attach, for every way in which a task can be started."""

from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import MissingVariables
from tests.providers.factories import a_request, vectors

BARE_HOST = "https://wandb.ai"
OURS = {"project": "p", "entity": "e"}
TWO_NODES = {**OURS, "is_distributed": True, "rank_scope": "worker"}

# What each decorated task of the vectors attaches: provider and parameters, one a link.
ATTACHED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "wandb_init(project=p,entity=e)": [("wandb_run", OURS)],
    "wandb_init bare + Echo link": [("wandb_run", {})],
    "wandb_init(new,id=fixed)": [("wandb_run", {**OURS, "run_mode": "new", "id": "fixed"})],
    "wandb_sweep(project=sp,entity=se)": [("wandb_sweep", {})],
    "elastic 1x4 auto": [("wandb_run", {**OURS, "is_distributed": True})],
    "elastic 1x4 new": [("wandb_run", {**OURS, "is_distributed": True, "run_mode": "new"})],
    "elastic 2x4 auto global": [("wandb_run", {**OURS, "is_distributed": True})],
    "elastic 2x4 worker auto": [("wandb_run", {**TWO_NODES, "worker_index": i}) for i in (0, 1)],
    "elastic 2x4 worker new": [
        ("wandb_run", {**TWO_NODES, "run_mode": "new", "worker_index": i}) for i in (0, 1)
    ],
    "elastic '1:3'x'auto' worker": [
        ("wandb_run", {**TWO_NODES, "worker_index": i}) for i in (0, 1, 2)
    ],
    "elastic 1x'gpu'": [("wandb_run", OURS)],
    "elastic 2x4 worker id": [
        ("wandb_run", {**TWO_NODES, "id": "fixed", "worker_index": i}) for i in (0, 1)
    ],
}


def is_shown(vector: dict[str, Any]) -> bool:
    is_decorated = vector["group"] == "serialize" and vector["params"]["task"] in ATTACHED
    return is_decorated and bool(vector["expected"])


def filled(text: str) -> str:
    return text.replace("{{.runName}}", "r1abc").replace("{{.actionName}}", "act1")


def shown(kind: str, params: dict[str, Any], task_context: dict[str, Any]) -> str:
    """The link, or the host that Flyte shows where LinkHub waits."""
    run = filled(task_context["run"])
    request = a_request(params, context=task_context["cc"], runname=run)
    try:
        return providers.get(kind).build(request).url
    except MissingVariables:
        return BARE_HOST


@pytest.mark.parametrize(
    "vector", [v for v in vectors("flyte_links.json") if is_shown(v)], ids=lambda v: v["id"]
)
def test_it_gives_the_links_of_a_decorated_task(vector: dict[str, Any]) -> None:
    expected = [filled(log["uri"]) for log in vector["expected"]]
    wandb = [url for url in expected if url.startswith(BARE_HOST)]
    context = vector["params"]["task_context"]
    attached = ATTACHED[vector["params"]["task"]]
    assert [shown(kind, params, context) for kind, params in attached] == wandb
