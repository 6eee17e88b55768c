"""A run's conversation in Grafana's Agent Observability app, by the rules of
`flyteplugins.agento11y.links.GrafanaAgentObservability` 2.12."""

from typing import Final
from urllib.parse import quote

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import grafana
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, joined
from linkhub.links.providers.inverse import Inverse

_TEMPLATE: Final = "{{ tool.base_url }}/a/{{ params.app_id }}/conversations/{{ runName }}/explore"
_INVERSE: Final = Inverse.compile(_TEMPLATE, "", ())


class GrafanaAgent(Provider):
    """The run's conversation, or the list of all."""

    kind = "grafana_agent"
    label = "Grafana Agent Observability"
    icon = "grafana"
    level = Level.ACTION
    tool_kind = "grafana"
    group = "Traces"
    versions = "the app `grafana-agento11y-app`"
    source = "`flyteplugins.agento11y` 2.12, executed"
    help = "The conversation of a run, or the list of all."
    default_base_url = grafana.DEFAULT_BASE_URL
    parameters = (
        Parameter("app_id", "App", "Its id.", default="grafana-agento11y-app"),
        Parameter(
            "by_run",
            "By run",
            "`false`: the list of all conversations.",
            default="true",
            choices=("true", "false"),
        ),
        Parameter(
            "return_to",
            "Way back",
            "Whether the page leads back to the list.",
            default="true",
            choices=("true", "false"),
        ),
    )

    def build(self, request: Request) -> Built:
        app = quote(request.text("app_id", "grafana-agento11y-app"), safe="")
        start = f"{grafana.base_url(request.tool)}/a/{app}/conversations"
        name = request.value("runName")
        if name is None or not _is_on(request, "by_run"):
            return Built(start, (Part(start, None),))
        run = quote(str(name), safe="")
        parts = [Part(f"{start}/", None), Part(run, "runName"), Part("/explore", None)]
        if _is_on(request, "return_to"):
            back = quote(f"/a/{app}/conversations?conversationId=", safe="")
            parts += [Part(f"?returnTo={back}", None), Part(quote(run, safe=""), "runName")]
        return Built(joined(parts), tuple(parts))

    def identify(self, url: str) -> Identified | None:
        found = _INVERSE.read(url)
        return Identified(self.kind, *found) if found else None


def _is_on(request: Request, name: str) -> bool:
    return request.flag(name) if request.text(name) else True
