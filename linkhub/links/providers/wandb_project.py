"""A project at Weights & Biases."""

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import wandb
from linkhub.links.providers.base import Built, Identified, Provider, Request, joined


class WandbProject(Provider):
    """The workspace of a project, with all its runs."""

    kind = "wandb_project"
    label = "W&B project"
    icon = "wandb"
    level = Level.RUN
    tool_kind = "wandb"
    group = "Experiment trackers"
    versions = wandb.VERSIONS
    source = wandb.SOURCE
    help = "The workspace of a project, with all its runs."
    default_base_url = wandb.DEFAULT_HOST
    parameters = wandb.PLACE_PARAMETERS

    def build(self, request: Request) -> Built:
        place = wandb.place(request)
        parts = [*place.parts(), Part("/workspace", None)]
        return Built(joined(parts), tuple(parts), place.host_is_variable, notes=place.notes())

    def identify(self, url: str) -> Identified | None:
        return wandb.identify_project(url, self.kind)
