"""The logs of a whole run in Grafana's Explore: all pods of it at once, from Loki."""

from functools import lru_cache

from linkhub.links.language.catalogue import Level
from linkhub.links.providers import grafana, logql
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, is_plain
from linkhub.links.providers.explore_queries import read_queries
from linkhub.links.providers.spans import variables_of

_STARTS, _ENDS = variables_of(Level.RUN)


class GrafanaWorkflowLogs(Provider):
    """Every log line of a run.

    By default by the pods' names, `{pod=~"<run>-.*"}`: Flyte's pods begin with the run's name and
    carry no label `app`. Where a log shipper sets one, `label` `app` with `suffix` `.*` gives
    what people ask for as `{app=~"<run>.*"} |= `, which is not valid as it stands: a line filter
    needs its text, if only an empty one.
    """

    kind = "grafana_workflow_logs"
    label = "All workflow logs"
    icon = "grafana"
    level = Level.RUN
    tool_kind = "grafana"
    group = "Logs"
    versions = grafana.VERSIONS
    source = grafana.SOURCE
    help = "The log lines of all pods of a run, from Loki."
    default_base_url = grafana.DEFAULT_BASE_URL
    tool_settings = grafana.TOOL_SETTINGS
    parameters = (
        Parameter("label", "Label", "Loki label that tells runs apart.", default="pod"),
        Parameter(
            "matcher",
            "Matcher",
            "`=~`: the label begins with the run's name. `=`: it is the run's name.",
            default="=~",
            choices=("=~", "="),
        ),
        Parameter(
            "suffix",
            "Suffix",
            "Regular expression for what follows the run's name; only with `=~`.",
            default="-.*",
        ),
        *grafana.COMMON_PARAMETERS,
    )

    def build(self, request: Request) -> Built:
        is_exact = request.choice("matcher", ("=~", "=")) == "="
        opening, closing = _statics(
            request.text("label", "pod"),
            "" if is_exact else request.text("suffix", "-.*"),
            is_exact,
            request.text("filter"),
        )
        escape = logql.body if is_exact else logql.regex_body
        run = escape(request.required("runName"))
        query = ((opening, None), (run, "runName"), (closing, None))
        return grafana.loki_link(request, query, grafana.span(request, _STARTS, _ENDS))

    def identify(self, url: str) -> Identified | None:
        found = read_queries(url)
        if found is None:
            return None
        base, queries = found
        runs = (_run(logql.read_selector(query)) for query in queries)
        run = next(filter(None, runs), None)
        return Identified(self.kind, base, {"run": run}) if run else None


@lru_cache(maxsize=256)
def _statics(label: str, suffix: str, is_exact: bool, text: str) -> tuple[str, str]:
    operator = "=" if is_exact else "=~"
    closing = f'{logql.body(suffix)}"}} {logql.line_filter(text)}'
    return f'{{{logql.label(label)}{operator}"', closing


def _run(matchers: tuple[logql.Matcher, ...]) -> str | None:
    """The run of a single matcher; the dash before what follows it is not the name's."""
    if len(matchers) != 1:
        return None
    matcher = matchers[0]
    run = matcher.value
    if matcher.operator == "=~":
        name, rest = logql.literal_prefix(run)
        run = name.removesuffix("-") if rest else name
    return run if run and is_plain(run) else None
