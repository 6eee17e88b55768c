"""Traces in Grafana's Explore, from Tempo."""

import re
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import compile_text
from linkhub.links.providers import grafana
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, is_plain
from linkhub.links.providers.explore_queries import read_queries
from linkhub.links.providers.spans import variables_of

_DEFAULT: Final = compile_text("{.flyte.run_name={{ runName | logql }}}")
_STARTS, _ENDS = variables_of(Level.RUN)
_TRACE_ID: Final = re.compile(r"[0-9A-Fa-f]{1,32}")
_NAMED: Final = re.compile(r'\.flyte\.(run|action)(?:_name)?\s*=\s*"([^"\\]+)"')


class GrafanaTraces(Provider):
    """One trace by its id, or those that a TraceQL query finds, over the time of the run."""

    kind = "grafana_traces"
    label = "Grafana traces"
    icon = "grafana"
    level = Level.RUN
    tool_kind = "grafana"
    group = "Traces"
    versions = grafana.VERSIONS
    source = grafana.SOURCE
    help = "One trace by its id, or those that a TraceQL query finds, over the time of the run."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        Parameter(
            "query",
            "Query",
            "A trace's id, or TraceQL with values as `{{ .runName | logql }}`. Empty: the "
            "context's `trace_id`, else the traces with the run's name, as Flyte's plugin has it.",
            example="4bf92f3577b34da6a3ce929d0e0e4736",
        ),
        *grafana.TIME_PARAMETERS,
        Parameter("datasource_uid", "Tempo data source", "Uid; empty: the tool's `tempo_uid`."),
    )

    def build(self, request: Request) -> Built:
        if given := request.text("query"):
            query: list[grafana.Piece] = [(given, None)]
        elif found := request.context.get("trace_id"):
            query = [(found, "context.trace_id")]
        else:
            query = [(part.text, part.variable) for part in _DEFAULT.fill(request.values).parts]
        span = grafana.span(request, _STARTS, _ENDS)
        return grafana.explore_link(request, grafana.TEMPO, query, span)

    def identify(self, url: str) -> Identified | None:
        found = read_queries(url)
        if found is None:
            return None
        base, queries = found
        parts = next(filter(None, map(_parts, queries)), None)
        return Identified(self.kind, base, parts) if parts else None


def _parts(query: str) -> dict[str, str] | None:
    if _TRACE_ID.fullmatch(query):
        return {"trace_id": query}
    named = {name: value for name, value in _NAMED.findall(query) if is_plain(value)}
    return named or None
