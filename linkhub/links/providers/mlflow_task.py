"""The MLflow link of a Flyte 2 task, by the rules of `flyteplugins.mlflow.Mlflow` 2.12.

The plugin writes the finished address of a run into the context while the run is open, so that a
task's children link to it. An address that comes from the run has its host from there too.
"""

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import MissingVariables
from linkhub.links.language.template import Part
from linkhub.links.providers.base import Built, Parameter, Provider, Request

_KEY = "_mlflow_link"


class MlflowTask(Provider):
    """The address that the task was given, else its parent's."""

    kind = "mlflow_task"
    label = "MLflow (Flyte 2)"
    icon = "mlflow"
    level = Level.ACTION
    tool_kind = "mlflow"
    group = "Experiment trackers"
    versions = "flyteplugins-mlflow 2.12"
    source = "`flyteplugins.mlflow.Mlflow` 2.12, executed"
    help = "The MLflow run whose address `@mlflow_run` left in the context: the parent's."
    parameters = (
        Parameter("link", "Address", "Empty: the context's `_mlflow_link`."),
        Parameter(
            "run_mode",
            "Run mode",
            "`new`: the parent's run is not the task's. Empty: the context's `mlflow_run_mode`.",
        ),
    )

    def build(self, request: Request) -> Built:
        if given := request.text("link"):
            return Built(given, (Part(given, None),), "link" in request.variable_params)
        mode = request.text("run_mode") or request.context.get("mlflow_run_mode")
        link = request.context.get(_KEY)
        if not link or mode == "new":
            raise MissingVariables((f"context.{_KEY}",))
        return Built(link, (Part(link, f"context.{_KEY}"),), origin_is_variable=True)
