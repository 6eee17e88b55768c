"""The Logs Drilldown app of Grafana (`grafana-lokiexplore-app`).

Format: grafana/logs-drilldown `links.ts` and `routing.ts`; its filters were executed with
`@grafana/scenes` 8.19. Values have an escape of their own before they are percent-encoded.
"""

from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import grafana, logql
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

_APP: Final = "/a/grafana-lokiexplore-app/explore/"
_RAW: Final = "__CVΩ__"
"""Marks a value that is a regular expression; without it the app escapes it as a literal."""

_ESCAPES: Final = {ord("|"): "__gfp__", ord(","): "__gfc__", ord("#"): "__gfh__"}
_IN_PATH: Final = {ord("/"): "-", ord("\\"): "-"}
_STARTS, _ENDS = variables_of(Level.POD)


class GrafanaLogsDrilldown(Provider):
    """The lines of a pod in the Logs Drilldown app, over the time that it lived."""

    kind = "grafana_logs_drilldown"
    label = "Grafana Logs Drilldown"
    icon = "grafana"
    level = Level.POD
    tool_kind = "grafana"
    group = "Logs"
    versions = "Grafana with the app `grafana-lokiexplore-app`, which recent versions bring along"
    source = "grafana/logs-drilldown `links.ts` and `routing.ts`; filters executed"
    help = "The lines of a pod in the Logs Drilldown app, over the time that it lived."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        Parameter(
            "label",
            "Label",
            "Indexed label that the view is opened by.",
            default="namespace",
            example="namespace",
        ),
        Parameter("value", "Value", "Of that label; empty: the pod's namespace."),
        Parameter("pod_label", "Pod label", "`none` to leave the pod out.", default="pod"),
        Parameter(
            "matcher",
            "Matcher",
            "`=` for the pod itself, `=~` for every pod whose name begins with it.",
            default="=",
            choices=("=", "=~"),
        ),
        grafana.FILTER,
        *grafana.TIME_PARAMETERS,
        grafana.LOKI_UID,
    )

    def build(self, request: Request) -> Built:
        label = logql.label(request.text("label", "namespace"))
        value, variable = request.text("value"), None
        if not value:
            value, variable = request.required("namespace"), "namespace"
        (start, start_name), (end, end_name) = grafana.span(request, _STARTS, _ENDS)
        page = "service" if label == "service_name" else label
        source = _encode(grafana.LOKI.uid(request))
        parts = [
            Part(f"{grafana.base_url(request.tool)}{_APP}{page}/", None),
            segment((value.translate(_IN_PATH), variable)),
            Part(f"/logs?var-ds={source}&from=", None),
            Part(_encode(start), start_name),
            Part("&to=", None),
            Part(_encode(end), end_name),
            Part(f"&var-filters={_encode(f'{label}|=|')}", None),
            Part(_escaped(value), variable),
            *_pod(request),
            *_line(request),
        ]
        return Built(joined(parts), tuple(parts))

    def identify(self, url: str) -> Identified | None:
        try:
            split = urlsplit(url)
            fields = parse_qsl(split.query, max_num_fields=100)
        except ValueError:
            return None
        before, found, _ = split.path.partition(_APP)
        if split.scheme not in {"http", "https"} or not split.netloc or not found:
            return None
        filters = [text for name, text in fields if name == "var-filters"]
        parts = dict(filter(None, map(_filter, filters)))
        if not parts or not all(map(is_plain, parts.values())):
            return None
        return Identified(self.kind, f"{split.scheme}://{split.netloc}{before}", parts)


def _pod(request: Request) -> list[Part]:
    label = request.text("pod_label", "pod")
    if label == "none":
        return []
    pod = request.required("podName")
    operator = request.choice("matcher", ("=", "=~"))
    head = Part(f"&var-filters={_encode(f'{logql.label(label)}|{operator}|')}", None)
    if operator == "=":
        return [head, Part(_escaped(pod), "podName")]
    regex = logql.regex_text(pod) + ".*"
    shown = f"{_escaped(_RAW + regex)}%2C{_escaped(regex)}"
    return [head, Part(shown, "podName")]


def _line(request: Request) -> list[Part]:
    text = request.text("filter")
    if not text:
        return []
    return [Part(f"&var-lineFilters={_encode('caseSensitive,0|__gfp__=|')}{_escaped(text)}", None)]


def _filter(text: str) -> tuple[str, str] | None:
    """Label and value of a filter that says which, not which not."""
    label, _, rest = text.partition("|")
    operator, _, value = rest.partition("|")
    value = value.partition(",")[0]
    for sign, escape in _ESCAPES.items():
        value = value.replace(escape, chr(sign))
    if operator == "=":
        return label, value
    name, after = logql.literal_prefix(value.removeprefix(_RAW))
    return (label, name) if operator == "=~" and after in {"", ".*"} else None


def _escaped(value: str) -> str:
    return _encode(value.translate(_ESCAPES))


def _encode(text: str) -> str:
    return quote(text, safe="")
