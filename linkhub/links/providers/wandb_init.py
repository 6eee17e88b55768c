"""The W&B run of a Flyte 1 task, by the rules of `flytekitplugins.wandb.wandb_init` 1.16.

The decorator writes host, entity, project and a given id into the task's configuration. Without an
id the run is named by the environment's `HOSTNAME`, which Kubernetes sets to the pod's name, or to
its `spec.hostname` where it has one; so every attempt has a W&B run of its own.
"""

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import MissingVariables
from linkhub.links.language.template import Part
from linkhub.links.providers import wandb
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, joined
from linkhub.links.providers.wandb import Piece

_CONFIG = "taskconfig"


class WandbInit(Provider):
    """The run that `wandb_init` of flytekit starts in this pod."""

    kind = "wandb_init"
    label = "W&B run (Flyte 1)"
    icon = "wandb"
    level = Level.POD
    tool_kind = "wandb"
    group = "Experiment trackers"
    versions = "flytekitplugins-wandb 1.16"
    source = "`flytekitplugins.wandb.wandb_init` 1.16, executed"
    help = "The run that `wandb_init` of flytekit starts: one for each attempt, named by its pod."
    default_base_url = wandb.DEFAULT_HOST
    parameters = (
        Parameter("host", "Host", "Empty: the tool's address; the task's `host` beats both."),
        Parameter("entity", "Entity", "Empty: the task configuration's `entity`.", example="team"),
        Parameter("project", "Project", "Empty: the task configuration's `project`."),
        Parameter("id", "Run id", "Empty: the task configuration's `id`, else the pod's name."),
    )

    def build(self, request: Request) -> Built:
        host, tainted, variable = _host(request)
        entity, project = _configured(request, "entity"), _configured(request, "project")
        run = _run_id(request)
        parts = (
            Part(host, variable),
            Part("/", None),
            wandb.segment(entity),
            Part("/", None),
            wandb.segment(project),
            Part("/runs/", None),
            wandb.segment(run, wandb.RUN_ID_SAFE),
        )
        return Built(joined(list(parts)), parts, tainted)

    def identify(self, url: str) -> Identified | None:
        found = wandb.identify(url, self.kind, frozenset({"runs"}))
        if found is None:
            return None
        identified = found[0]
        parts = {**identified.parts, "pod": identified.parts["id"]}
        return Identified(self.kind, identified.base_url, parts)


def _host(request: Request) -> tuple[str, bool, str | None]:
    """The host, whether the run decides it, and the variable that it came from."""
    given = request.text("host")
    own = given or (request.tool and request.tool.base_url.rstrip("/")) or wandb.DEFAULT_HOST
    configured = request.values.maps.get(_CONFIG, {}).get("host", "")
    if not configured or configured.rstrip("/") == own:
        return own, bool(given) and "host" in request.variable_params, None
    return configured.rstrip("/"), True, "taskConfig.host"


def _configured(request: Request, name: str) -> Piece:
    if given := request.text(name):
        return given, None
    found = request.values.maps.get(_CONFIG, {}).get(name)
    if not found:
        raise MissingVariables((f"taskConfig.{name}",))
    return found, f"taskConfig.{name}"


def _run_id(request: Request) -> Piece:
    """An id that was given counts even where it is empty: W&B then draws one nobody knows."""
    if request.text("id") or "id" in request.values.maps.get(_CONFIG, {}):
        return _configured(request, "id")
    for name in ("hostname", "podName", "generatedName"):
        value = request.value(name)
        if value is not None:
            return str(value), name
    raise MissingVariables(("podName",))
