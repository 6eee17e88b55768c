"""The logs of one pod in Grafana's Explore, from Loki."""

from functools import lru_cache
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.providers import grafana, logql
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, is_plain
from linkhub.links.providers.explore_queries import read_queries
from linkhub.links.providers.grafana import Piece
from linkhub.links.providers.spans import variables_of

_STARTS, _ENDS = variables_of(Level.POD)
_LEAVE_OUT: Final = "none"


class GrafanaPodLogs(Provider):
    """One pod's log lines, over the time that the pod lived."""

    kind = "grafana_pod_logs"
    label = "Pod logs"
    icon = "grafana"
    level = Level.POD
    tool_kind = "grafana"
    group = "Logs"
    versions = grafana.VERSIONS
    source = grafana.SOURCE
    help = "The log lines of one pod, from Loki, over the time that the pod lived."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        Parameter(
            "namespace_label",
            "Namespace label",
            "Loki label that holds the namespace; `none` to select by the pod alone.",
            default="namespace",
        ),
        Parameter("pod_label", "Pod label", "Loki label that holds the pod's name.", default="pod"),
        Parameter(
            "matcher",
            "Matcher",
            "`=` for the pod itself, `=~` for every pod whose name begins with it.",
            default="=",
            choices=("=", "=~"),
        ),
        *grafana.COMMON_PARAMETERS,
    )

    def build(self, request: Request) -> Built:
        query = pod_query(request)
        return grafana.loki_link(request, query, grafana.span(request, _STARTS, _ENDS))

    def identify(self, url: str) -> Identified | None:
        found = read_queries(url)
        if found is None:
            return None
        base, queries = found
        readings = (_pod(logql.read_selector(query)) for query in queries)
        parts = next((reading for reading in readings if reading), None)
        return Identified(self.kind, base, parts) if parts else None


def pod_query(request: Request) -> list[Piece]:
    """The LogQL that selects one pod; raises MissingVariables without its name."""
    namespace_label = request.text("namespace_label", "namespace")
    is_prefix = request.choice("matcher", ("=", "=~")) == "=~"
    opening, middle, closing = _statics(
        namespace_label, request.text("pod_label", "pod"), is_prefix, request.text("filter")
    )
    query: list[Piece] = [(opening, None)]
    if namespace_label != _LEAVE_OUT:
        query += ((logql.body(request.required("namespace")), "namespace"), (middle, None))
    escape = logql.regex_body if is_prefix else logql.body
    query += ((escape(request.required("podName")), "podName"), (closing, None))
    return query


@lru_cache(maxsize=256)
def _statics(
    namespace_label: str, pod_label: str, is_prefix: bool, text: str
) -> tuple[str, str, str]:
    """What stands before the namespace (or the pod), between the two, and after the pod."""
    pod = f'{logql.label(pod_label)}=~"' if is_prefix else f'{logql.label(pod_label)}="'
    closing = f'{".*" if is_prefix else ""}"}} {logql.line_filter(text)}'
    if namespace_label == _LEAVE_OUT:
        return "{" + pod, "", closing
    return f'{{{logql.label(namespace_label)}="', f'", {pod}', closing


def _pod(matchers: tuple[logql.Matcher, ...]) -> dict[str, str] | None:
    """The pod is the last matcher, the namespace, where there is one, the one before."""
    if not matchers or len(matchers) > 2 or any(m.operator != "=" for m in matchers[:-1]):
        return None
    parts = {"pod": logql.literal_value(matchers[-1])}
    if len(matchers) == 2:
        parts["namespace"] = matchers[0].value
    return parts if parts["pod"] and all(map(is_plain, parts.values())) else None
