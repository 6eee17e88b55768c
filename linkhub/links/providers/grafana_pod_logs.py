"""The logs of one pod in Grafana's Explore, from Loki."""

from functools import lru_cache
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.providers import grafana, logql
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, is_plain
from linkhub.links.providers.grafana import Piece

_STARTS: Final = (
    "podRFC3339StartTime",
    "attemptStartTime",
    "actionStartTime",
    "runStartTime",
    "runCreatedTime",
)
_ENDS: Final = ("podRFC3339FinishTime", "attemptEndTime", "actionEndTime", "runEndTime")
_LEAVE_OUT: Final = "none"


class GrafanaPodLogs(Provider):
    """One pod's log lines, over the time that the pod lived."""

    kind = "grafana_pod_logs"
    label = "Pod logs"
    icon = "grafana"
    level = Level.POD
    tool_kind = "grafana"
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
        return grafana.loki_link(request, query, grafana.padded_span(request, _STARTS, _ENDS))

    def identify(self, url: str) -> Identified | None:
        found = grafana.read_queries(url)
        if found is None:
            return None
        base, queries = found
        readings = (_pod(logql.read_selector(query)) for query in queries)
        parts = next((reading for reading in readings if reading), None)
        return Identified(self.kind, base, parts) if parts else None


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
    parts = {"pod": _name(matchers[-1])}
    if len(matchers) == 2:
        parts["namespace"] = matchers[0].value
    return parts if parts["pod"] and all(map(is_plain, parts.values())) else None


def _name(matcher: logql.Matcher) -> str:
    """What a prefix matcher begins with is as much of the name as there is."""
    if matcher.operator == "=":
        return matcher.value
    name, rest = logql.literal_prefix(matcher.value)
    return name if rest == ".*" else ""
