"""A sweep at Weights & Biases, by the rules of `flyteplugins.wandb.WandbSweep` 2.12."""

from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import wandb
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, joined

_PAGES: Final = frozenset({"sweeps"})


class WandbSweep(Provider):
    """One sweep, or the project's list of sweeps where no sweep is known."""

    kind = "wandb_sweep"
    label = "W&B sweep"
    icon = "wandb"
    level = Level.ACTION
    tool_kind = "wandb"
    group = "Experiment trackers"
    versions = wandb.VERSIONS
    source = wandb.SOURCE
    help = "One sweep, or the project's list of sweeps where no sweep is known."
    default_base_url = wandb.DEFAULT_HOST
    parameters = (
        *wandb.PLACE_PARAMETERS,
        Parameter("id", "Sweep id", "W&B sweep id; empty: the context's `_wandb_sweep_id`."),
    )

    def build(self, request: Request) -> Built:
        place = wandb.place(request)
        parts = [*place.parts(), Part("/sweeps", None)]
        sweep = wandb.given_or_context(request, "id", "_wandb_sweep_id")
        if sweep:
            parts += (Part("/", None), wandb.segment(sweep))
        return Built(joined(parts), tuple(parts), place.host_is_variable, notes=place.notes())

    def identify(self, url: str) -> Identified | None:
        found = wandb.identify(url, self.kind, _PAGES)
        return found[0] if found else None
