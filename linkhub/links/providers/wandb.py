"""What the links to Weights & Biases share: host, entity, project, and how they are written.

The rules are those of `flyteplugins.wandb` 2.12: a parameter beats the context for project,
entity and ids, but the context beats the parameter for the host.
"""

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote, urlsplit

from linkhub.links.language.encode import encode_path
from linkhub.links.language.errors import MissingVariables, Refused
from linkhub.links.language.template import Part
from linkhub.links.providers.base import Identified, Parameter, Request, is_plain

DEFAULT_HOST: Final = "https://wandb.ai"

VERSIONS: Final = "SaaS, dedicated and self-hosted; flyteplugins.wandb 2.12"
SOURCE: Final = "`flyteplugins.wandb` 2.12 and wandb 0.21 to 0.31, executed"

RUN_ID_SAFE: Final = "=+&$@"
"""What W&B itself leaves plain in a run id, beside RFC 3986's unreserved characters."""

SLASH_NOTE: Final = (
    "The host ends in a slash and, as in Flyte, is used as given: the path begins with `//`."
)

PLACE_PARAMETERS: Final = (
    Parameter(
        "host",
        "Host",
        "Address of W&B; the context's `wandb_host` beats it, the tool's address stands in for it.",
        default=DEFAULT_HOST,
    ),
    Parameter("project", "Project", "W&B project; empty: the context's `wandb_project`."),
    Parameter("entity", "Entity", "W&B team or user; empty: the context's `wandb_entity`."),
)

_WORKER: Final = re.compile(r"-worker-[0-9]{1,9}\Z")

Piece = tuple[str, str | None]
"""A text that is not encoded yet, and the variable that it came from."""


@dataclass(frozen=True, slots=True)
class Place:
    """A project at W&B: where every link begins."""

    host: str
    host_is_variable: bool
    host_variable: str | None
    entity: Piece
    project: Piece

    def parts(self) -> list[Part]:
        return [
            Part(self.host, self.host_variable),
            Part("/", None),
            segment(self.entity),
            Part("/", None),
            segment(self.project),
        ]

    def notes(self) -> tuple[str, ...]:
        return (SLASH_NOTE,) if self.host.endswith("/") else ()


def place(request: Request) -> Place:
    """Raises MissingVariables where Flyte would show the bare host: without project or entity."""
    host, is_variable, variable = _host(request)
    entity = given_or_context(request, "entity", "wandb_entity")
    project = given_or_context(request, "project", "wandb_project")
    if entity is None or project is None:
        wanted = (("context.wandb_project", project), ("context.wandb_entity", entity))
        raise MissingVariables(tuple(name for name, piece in wanted if piece is None))
    return Place(host, is_variable, variable, entity, project)


def given_or_context(request: Request, parameter: str, key: str) -> Piece | None:
    """The parameter, else the context's value; an empty text is no value, as in Flyte."""
    if given := request.text(parameter):
        return given, None
    if found := request.context.get(key):
        return found, f"context.{key}"
    return None


def segment(piece: Piece, safe: str = "") -> Part:
    """The text as one path segment of its own; raises Refused for `.` and `..`."""
    text, variable = piece
    if text in {".", ".."}:
        raise Refused("dot-segment", f"`{text}` would be a path segment of its own")
    return Part(encode_path(text, safe), variable)


def own_name(request: Request) -> list[Part]:
    """The id that the plugin makes of run and action."""
    run, action = request.required("runName"), request.required("actionName")
    return [piece((run, "runName")), Part("-", None), piece((action, "actionName"))]


def piece(given: Piece) -> Part:
    """A part of a run's id, which need not be a whole segment."""
    text, variable = given
    return Part(encode_path(text, RUN_ID_SAFE), variable)


def check_id(parts: list[Part]) -> list[Part]:
    """The parts of an id; raises Refused where together they are `.` or `..`."""
    whole = "".join([part.text for part in parts])
    if whole in {".", ".."}:
        raise Refused("dot-segment", f"`{whole}` would be a path segment of its own")
    return parts


def _host(request: Request) -> tuple[str, bool, str | None]:
    """The host, whether the run decides it, and the variable that it came from."""
    given = request.text("host")
    own = given or (request.tool and request.tool.base_url.rstrip("/")) or DEFAULT_HOST
    tainted = bool(given) and "host" in request.variable_params
    override = request.context.get("wandb_host")
    if not override or override == own:
        return own, tainted, None
    return override, True, "context.wandb_host"


def identify(url: str, kind: str, pages: frozenset[str]) -> tuple[Identified, str] | None:
    """The place and id in `…/<entity>/<project>/<page>/<id>`, and which of `pages` it is."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    segments = split.path.split("/")
    at = next((i for i in range(3, len(segments) - 1) if segments[i] in pages), 0)
    if split.scheme not in {"http", "https"} or not at or not all(segments[at - 2 : at + 2]):
        return None
    base = f"{split.scheme}://{split.netloc}{'/'.join(segments[: at - 2])}"
    names = ("entity", "project", "id")
    texts = (segments[at - 2], segments[at - 1], segments[at + 1])
    parts = {name: unquote(text) for name, text in zip(names, texts, strict=True)}
    if not all(map(is_plain, parts.values())):
        return None
    return Identified(kind, base, parts), segments[at]


def identify_project(url: str, kind: str) -> Identified | None:
    """The place in `…/<entity>/<project>/workspace`."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    segments = split.path.split("/")
    if split.scheme not in {"http", "https"} or len(segments) < 4 or segments[-1] != "workspace":
        return None
    entity, project = map(unquote, segments[-3:-1])
    if not (entity and project and is_plain(entity) and is_plain(project)):
        return None
    base = f"{split.scheme}://{split.netloc}{'/'.join(segments[:-3])}"
    return Identified(kind, base, {"entity": entity, "project": project})


def with_readings(identified: Identified) -> Identified:
    """With every run and action that `<run>-<action>` can mean, and without a worker's suffix."""
    whole = identified.parts["id"]
    names = dict.fromkeys((_WORKER.sub("", whole), whole))
    readings = tuple(
        (name[:at], name[at + 1 :])
        for name in names
        for at in range(1, len(name) - 1)
        if name[at] == "-"
    )
    return replace(identified, runs=readings)
