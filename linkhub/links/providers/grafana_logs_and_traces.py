"""Logs and traces side by side in Grafana's Explore: from Loki and from Tempo."""

from functools import lru_cache
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import compile_text
from linkhub.links.providers import grafana, logql
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request
from linkhub.links.providers.explore_queries import read_queries
from linkhub.links.providers.grafana_pod_logs import GrafanaPodLogs, pod_query
from linkhub.links.providers.spans import variables_of

_TRACES: Final = compile_text("{.flyte.run_name={{ runName | logql }}}")
_STARTS, _ENDS = variables_of(Level.POD)
_LOGS: Final = GrafanaPodLogs()
_TAKEN: Final = ("namespace_label", "pod_label", "matcher", "filter")


class GrafanaLogsAndTraces(Provider):
    """A pod's log lines on the left, the run's traces on the right."""

    kind = "grafana_logs_and_traces"
    label = "Grafana logs and traces"
    icon = "grafana"
    level = Level.POD
    tool_kind = "grafana"
    group = "Traces"
    versions = "10 to 13"
    source = grafana.SOURCE
    help = "A pod's log lines on the left, the run's traces on the right."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        *(each for each in _LOGS.parameters if each.name in _TAKEN),
        Parameter(
            "traces",
            "Traces",
            "In TraceQL; empty: the traces with the run's name, as Flyte's plugin writes it.",
            example='{ resource.service.name = "trainer" }',
        ),
        *grafana.TIME_PARAMETERS,
        grafana.LOKI_UID,
        Parameter("tempo_uid", "Tempo data source", "Uid; empty: the tool's `tempo_uid`."),
    )

    def build(self, request: Request) -> Built:
        tool = request.tool
        tempo = request.text("tempo_uid") or (tool and tool.setting("tempo_uid")) or "tempo"
        frame = _frame(
            grafana.base_url(tool), grafana.LOKI.uid(request), tempo, grafana.organisation(tool)
        )
        given = request.text("traces")
        traces: list[grafana.Piece] = (
            [(given, None)]
            if given
            else [(part.text, part.variable) for part in _TRACES.fill(request.values).parts]
        )
        start, end = grafana.span(request, _STARTS, _ENDS)
        return grafana.fill(frame, (pod_query(request), (start,), (end,), traces), "panes")

    def identify(self, url: str) -> Identified | None:
        """The pod, where there is a second pane beside its logs."""
        found = read_queries(url)
        if found is None or sum(map(bool, map(logql.read_selector, found[1]))) == len(found[1]):
            return None
        logs = _LOGS.identify(url)
        return Identified(self.kind, logs.base_url, logs.parts) if logs else None


@lru_cache(maxsize=256)
def _frame(base: str, loki: str, tempo: str, org_id: str) -> tuple[str | int, ...]:
    logs, start, end, traces = grafana.HOLES
    panes = {
        "lgs": grafana.pane("loki", loki, {"expr": logs}, start, end),
        "trc": grafana.pane("tempo", tempo, {"queryType": "traceql", "query": traces}, start, end),
    }
    return grafana.split_at_holes(grafana.panes_url(base, panes, org_id))
