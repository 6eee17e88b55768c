"""A group of runs at Weights & Biases, such as those of a distributed task."""

from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import wandb
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, joined

_PAGES: Final = frozenset({"groups"})


class WandbGroup(Provider):
    """The runs of one group; without a name, the one that Flyte 2's plugin makes."""

    kind = "wandb_group"
    label = "W&B group"
    icon = "wandb"
    level = Level.ACTION
    tool_kind = "wandb"
    group = "Experiment trackers"
    versions = wandb.VERSIONS
    source = wandb.SOURCE
    help = "The runs of one group; without a name, the one that Flyte 2's plugin makes."
    default_base_url = wandb.DEFAULT_HOST
    parameters = (
        *wandb.PLACE_PARAMETERS,
        Parameter(
            "group",
            "Group",
            "Empty: the context's `wandb_group`, else `<run>-<action>`.",
            example="r7x2-a0",
        ),
    )

    def build(self, request: Request) -> Built:
        place = wandb.place(request)
        parts = [*place.parts(), Part("/groups/", None), *_group(request)]
        return Built(joined(parts), tuple(parts), place.host_is_variable, notes=place.notes())

    def identify(self, url: str) -> Identified | None:
        found = wandb.identify(url, self.kind, _PAGES)
        return wandb.with_readings(found[0]) if found else None


def _group(request: Request) -> list[Part]:
    given = wandb.given_or_context(request, "group", "wandb_group")
    return [wandb.segment(given)] if given else wandb.own_name(request)
