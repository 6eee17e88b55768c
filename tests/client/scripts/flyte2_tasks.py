"""Tasks of Flyte 2 with `wandb_init` above and below the task decorator, run locally."""

import sys

import flyte
from linkhub_client import wandb_init, wandb_run

FOLDER = sys.argv[1]
env = flyte.TaskEnvironment(name="env")


@env.task
@wandb_init("cats", "vision", secret="NOT_SET", mode="offline", dir=FOLDER, id="below")
async def below(a: int) -> str:
    return f"{wandb_run().id} {a}"


@wandb_init("cats", "vision", secret="NOT_SET", mode="offline", dir=FOLDER, id="above")
@env.task
def above(a: int = 3) -> str:
    return f"{wandb_run().id} {a}"


if __name__ == "__main__":
    flyte.init()
    outputs = [flyte.run(each, a=4).outputs()[0] for each in (below, above)]
    assert outputs == ["below 4", "above 4"], outputs
