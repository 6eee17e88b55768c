"""Trackio, by the rules of `flyteplugins.trackio.Trackio` 2.12.

A server of one's own wins over a space at Hugging Face, each from the parameter, else the context.
"""

from urllib.parse import unquote, urlsplit

from linkhub.links.language.catalogue import Level
from linkhub.links.language.encode import encode_path
from linkhub.links.language.errors import MissingVariables, Refused
from linkhub.links.language.template import Part
from linkhub.links.providers.base import (
    Built,
    Identified,
    Parameter,
    Provider,
    Request,
    is_plain,
    joined,
)
from linkhub.links.providers.wandb import given_or_context, segment

_SPACES = "https://huggingface.co"
_NOWHERE = "Neither a server nor a space is known: the link leads to Trackio's manual."


class Trackio(Provider):
    """A project on a Trackio server, or a space at Hugging Face."""

    kind = "trackio"
    label = "Trackio"
    icon = "huggingface"
    level = Level.ACTION
    tool_kind = "trackio"
    group = "Experiment trackers"
    versions = "flyteplugins-trackio 2.12"
    source = "`flyteplugins.trackio.Trackio` 2.12, executed"
    help = "A project on a Trackio server, or a space at Hugging Face."
    default_base_url = _SPACES
    parameters = (
        Parameter("host", "Host", "Of spaces; empty: the tool's address.", default=_SPACES),
        Parameter("server_url", "Server", "Empty: the context's `trackio_server_url`."),
        Parameter(
            "project", "Project", "Empty: the context's `trackio_project`.", example="training"
        ),
        Parameter(
            "space_id", "Space", "Empty: the context's `trackio_space_id`.", example="acme/curves"
        ),
    )

    def build(self, request: Request) -> Built:
        server = given_or_context(request, "server_url", "trackio_server_url")
        return _project(request, *server) if server else _space(request)

    def identify(self, url: str) -> Identified | None:
        try:
            split = urlsplit(url)
        except ValueError:
            return None
        for page, name in (("/projects/", "project"), ("/spaces/", "space_id")):
            before, found, rest = split.path.partition(page)
            part = unquote(rest.strip("/"))
            if split.scheme in {"http", "https"} and found and part and is_plain(part):
                base = f"{split.scheme}://{split.netloc}{before}"
                return Identified(self.kind, base, {name: part})
        return None


def _project(request: Request, server: str, variable: str | None) -> Built:
    project = given_or_context(request, "project", "trackio_project")
    if project is None:
        raise MissingVariables(("context.trackio_project",))
    parts = (Part(server.rstrip("/"), variable), Part("/projects/", None), segment(project))
    tainted = variable is not None or "server_url" in request.variable_params
    return Built(joined(list(parts)), parts, tainted)


def _space(request: Request) -> Built:
    """A space; as in Flyte, Trackio's manual where nothing says which."""
    given = request.text("host")
    host = given or (request.tool and request.tool.base_url.rstrip("/")) or _SPACES
    tainted = bool(given) and "host" in request.variable_params
    space = given_or_context(request, "space_id", "trackio_space_id")
    if space is None:
        url = f"{host}/docs/trackio"
        return Built(url, (Part(url, None),), tainted, notes=(_NOWHERE,))
    text, variable = space
    names = text.split("/")
    if {"", ".", ".."} & set(names):
        raise Refused("dot-segment", f"`{text[:60]}` has a segment that leads elsewhere")
    tail = "/".join(map(encode_path, names))
    parts = (Part(f"{host}/spaces/", None), Part(tail, variable))
    return Built(joined(list(parts)), parts, tainted)
