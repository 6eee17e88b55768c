"""A W&B link whose run id comes from the context that the run was started with."""

import flyte

from tests.flyte_examples.links import Wandb

env = flyte.TaskEnvironment(name="wandb_link")
CONTEXT = {"wandb_id": "run-from-context"}
INPUTS = {"epochs": 2}


@env.task(links=(Wandb(project="cats", entity="vision"),))
async def train(epochs: int) -> int:
    return epochs


TASK = train
