"""A Grafana dashboard with its variables and time.

Formats: `dashboard-scene` and `@grafana/scenes` 8.19, executed. A time that Grafana does not read
is not an error there but 1970, so only the forms that it reads are let through.
"""

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.language.template import Part
from linkhub.links.providers import grafana
from linkhub.links.providers.base import (
    Built,
    Identified,
    Parameter,
    Provider,
    Request,
    is_plain,
    joined,
)
from linkhub.links.providers.spans import variables_of
from linkhub.links.providers.wandb import segment

_VARIABLE: Final = "var-"
_STARTS, _ENDS = variables_of(Level.ACTION)
_SWITCH: Final = ("false", "true")
_RUN_PARTS: Final = ("run", "action", "pod", "namespace", "project", "domain")


class GrafanaDashboard(Provider):
    """A dashboard; every parameter named `var-NAME` is its variable NAME."""

    kind = "grafana_dashboard"
    label = "Grafana dashboard"
    icon = "grafana"
    level = Level.ACTION
    tool_kind = "grafana"
    group = "Dashboards and metrics"
    versions = "7 to 13"
    source = "grafana/grafana `dashboard-scene` and `@grafana/scenes` 8.19, executed"
    help = (
        "A dashboard over the time of the action. Every parameter named `var-NAME` is the "
        "dashboard's variable NAME; a JSON list gives it several values."
    )
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    open_parameters = True
    parameters = (
        Parameter("uid", "Dashboard", "Its uid.", required=True, example="abc123"),
        Parameter("slug", "Slug", "Decoration of the address.", example="task-resources"),
        Parameter(
            "view",
            "View",
            "`solo`: one panel alone, for embedding.",
            default="dashboard",
            choices=("dashboard", "solo"),
        ),
        Parameter(
            "panel", "Panel", "`panel-3` for Grafana 11 and later, `3` before.", example="panel-3"
        ),
        *grafana.TIME_PARAMETERS,
        Parameter("timezone", "Time zone", "`utc`, `browser` or a name.", example="utc"),
        Parameter("org_id", "Organisation", "Empty: the tool's `org_id`, else left out."),
        Parameter("kiosk", "Kiosk", "`true`: without menus.", default="false", choices=_SWITCH),
        Parameter("refresh", "Refresh", "Such as `30s`.", example="30s"),
    )

    def build(self, request: Request) -> Built:
        is_solo = request.choice("view", ("dashboard", "solo")) == "solo"
        parts = [
            Part(f"{grafana.base_url(request.tool)}/{'d-solo' if is_solo else 'd'}/", None),
            segment((_required(request, "uid"), None)),
        ]
        if slug := request.text("slug"):
            parts += [Part("/", None), segment((slug, None))]
        for number, (name, text, variable) in enumerate(_fields(request, is_solo)):
            equals = "=" if text else ""
            parts.append(Part(f"{'&' if number else '?'}{name}{equals}", None))
            parts += [Part(text, variable)] if text else []
        return Built(joined(parts), tuple(parts))

    def identify(self, url: str) -> Identified | None:
        try:
            split = urlsplit(url)
            fields = parse_qsl(split.query, max_num_fields=100)
        except ValueError:
            return None
        found = re.search(r"/d(?:-solo)?/([^/]+)(?:/[^/]*)?/?\Z", split.path)
        if split.scheme not in {"http", "https"} or not split.netloc or not found:
            return None
        parts = {"uid": unquote(found[1])}
        for name, value in fields:
            if name.startswith(_VARIABLE) and value:
                parts.setdefault(name, value)
                own = name.removeprefix(_VARIABLE)
                parts.update({own: value} if own in _RUN_PARTS else {})
        base = f"{split.scheme}://{split.netloc}{split.path[: found.start()]}"
        return Identified(self.kind, base, parts) if all(map(is_plain, parts.values())) else None


def _fields(request: Request, is_solo: bool) -> Iterator[tuple[str, str, str | None]]:
    """Name, encoded value and variable of every parameter, in Grafana's own order."""
    organisation = request.text("org_id") or (request.tool and request.tool.setting("org_id"))
    if organisation:
        yield "orgId", _encode(organisation), None
    yield from _times(request)
    if zone := request.text("timezone"):
        yield "timezone", _encode(zone), None
    for name in request.params:
        if name.startswith(_VARIABLE):
            yield from ((_encode(name), _encode(each), None) for each in _values(request, name))
        elif name not in _KNOWN:
            raise Failed(f"`{name[:60]}` is not a parameter; a variable's begins with `var-`")
    if panel := request.text("panel"):
        yield "panelId" if is_solo else "viewPanel", _encode(panel), None
    if request.flag("kiosk"):
        yield "kiosk", "", None
    if refresh := request.text("refresh"):
        yield "refresh", _encode(refresh), None


def _times(request: Request) -> Iterator[tuple[str, str, str | None]]:
    span = grafana.span(request, _STARTS, _ENDS)
    for name, (text, variable) in zip(("from", "to"), span, strict=True):
        yield name, quote(text, safe=":"), variable


def _values(request: Request, name: str) -> list[str]:
    """A variable's values: a JSON list of texts, else the text itself; none where it is empty."""
    text = request.text(name)
    if text.startswith("[") and name not in request.variable_params:
        try:
            values = json.loads(text)
        except ValueError:
            return [text]
        return [str(each) for each in values]
    return [text] if text else []


def _required(request: Request, name: str) -> str:
    text = request.text(name)
    if not text:
        raise MissingVariables((f"params.{name}",))
    return text


def _encode(text: str) -> str:
    return quote(text, safe="")


_KNOWN: Final = frozenset(each.name for each in GrafanaDashboard.parameters)
