"""Links that an async parent gives its child by `override`, which replace the child's own."""

import flyte
from flyteplugins.wandb import Wandb as PluginWandb

from tests.flyte_examples.links import GrafanaLink, Wandb

env = flyte.TaskEnvironment(name="wandb_override")
CONTEXT = {"wandb_project": "cats"}
INPUTS = {"epochs": 2}


@env.task(links=(GrafanaLink(dashboard_url="https://grafana.example.com/d/abc123/pods"),))
async def train_model(epochs: int) -> int:
    return epochs


@env.task
async def pipeline(epochs: int) -> int:
    first = await train_model(epochs=epochs)
    published = train_model.override(links=(Wandb(project="cats", entity="vision", id="my-id"),))
    second = await published(epochs=first + 1)
    plugin = train_model.override(links=(PluginWandb(entity="vision", run_mode="new"),))
    third = await plugin(epochs=second + 1)
    with flyte.custom_context(_wandb_run_id="parents-run"):
        shared = train_model.override(links=(PluginWandb(entity="vision"),))
        return await shared(epochs=third + 1)


TASK = pipeline
