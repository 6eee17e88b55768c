"""A metric in Grafana's Explore, from Prometheus."""

from collections.abc import Iterator
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import compile_text
from linkhub.links.providers import grafana, logql
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, is_plain
from linkhub.links.providers.explore_queries import read_queries
from linkhub.links.providers.grafana import Piece
from linkhub.links.providers.spans import variables_of

_DEFAULT: Final = compile_text(
    "sum by (container) (rate(container_cpu_usage_seconds_total"
    "{namespace={{ namespace | logql }},pod={{ podName | logql }}}[5m]))"
)
_STARTS, _ENDS = variables_of(Level.POD)


class GrafanaMetrics(Provider):
    """A PromQL query, over the time that the pod lived."""

    kind = "grafana_metrics"
    label = "Grafana metrics"
    icon = "prometheus"
    level = Level.POD
    tool_kind = "grafana"
    group = "Dashboards and metrics"
    versions = grafana.VERSIONS
    source = grafana.SOURCE
    help = "A PromQL query, over the time that the pod lived."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        Parameter(
            "expr",
            "Query",
            "In PromQL; write values as `{{ .podName | logql }}`. Empty: the pod's processor time.",
            example='rate(container_cpu_usage_seconds_total{pod="r1abc-act1-0"}[5m])',
        ),
        *grafana.TIME_PARAMETERS,
        Parameter(
            "datasource_uid", "Prometheus data source", "Uid; empty: the tool's `prometheus_uid`."
        ),
    )

    def build(self, request: Request) -> Built:
        given = request.text("expr")
        query = [(given, None)] if given else list(_default(request))
        span = grafana.span(request, _STARTS, _ENDS)
        return grafana.explore_link(request, grafana.PROMETHEUS, query, span)

    def identify(self, url: str) -> Identified | None:
        found = read_queries(url)
        if found is None:
            return None
        base, queries = found
        readings = (_parts(query) for query in queries if not query.lstrip().startswith("{"))
        parts = next(filter(None, readings), None)
        return Identified(self.kind, base, parts) if parts else None


def _default(request: Request) -> Iterator[Piece]:
    yield from ((part.text, part.variable) for part in _DEFAULT.fill(request.values).parts)


def _parts(query: str) -> dict[str, str] | None:
    """Pod and namespace of the first selector that names a pod."""
    at = query.find("{")
    while at >= 0:
        matchers = logql.read_selector(query[at:])
        parts = {one.label: logql.literal_value(one) for one in matchers}
        parts = {name: parts[name] for name in ("pod", "namespace") if parts.get(name)}
        if "pod" in parts and all(map(is_plain, parts.values())):
            return parts
        at = query.find("{", at + 1)
    return None
