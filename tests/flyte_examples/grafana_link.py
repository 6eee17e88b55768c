"""A Grafana link on a task."""

import flyte

from tests.flyte_examples.links import GrafanaLink

env = flyte.TaskEnvironment(name="grafana_link")
CONTEXT: dict[str, str] = {}
INPUTS = {"epochs": 2}


@env.task(links=(GrafanaLink(dashboard_url="https://grafana.example.com/d/abc123/pods"),))
async def train(epochs: int) -> int:
    return epochs


TASK = train
