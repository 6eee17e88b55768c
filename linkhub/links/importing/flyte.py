"""Flyte's log links: `plugins.logs` of its back end, versions 1 and 2.

Read where it stands: in a file of its own, in Helm values, in a ConfigMap, for Spark, Ray and Dask
too. The formats are those of flyteplugins' `tasks/logs/config.go` and `pluginmachinery/tasklog`.
Flyte makes one link for each attempt; where a template names a pod, LinkHub makes one for each pod.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from linkhub.links.as_code.tree import Location
from linkhub.links.importing.embedded import unfolded
from linkhub.links.importing.found import Source, maps_in
from linkhub.links.language import compile_template
from linkhub.links.language.catalogue import BY_NAME, Level
from linkhub.links.language.errors import TemplateError

# In Helm a template stands as text in a template: {{`{{ .podName }}`}}.
_HELM = re.compile(r"\{\{\s*`(\{\{.*?\}\})`\s*\}\}")
SWITCHES = ("kubernetes", "cloudwatch", "stackdriver")
OWN_KEYS = frozenset(
    {f"{each}-enabled" for each in SWITCHES} | {"dynamic-log-links", "azure-log-templates"}
)
TASK_TYPES = ("spark", "ray", "dask")
# Of Spark's four configurations, those whose `podName` is the name of the application.
NO_POD = frozenset({"system", "all-user"})
LINK_TYPES = {"external": "external", "dashboard": "dashboard", "ide": "ide"}

KUBERNETES = "{}/#!/log/{{{{ .namespace }}}}/{{{{ .podName }}}}/pod?namespace={{{{ .namespace }}}}"
CLOUDWATCH = (
    "https://console.aws.amazon.com/cloudwatch/home?region={}#logEventViewer:group={};stream="
    "var.log.containers.{{{{ .podName }}}}_{{{{ .namespace }}}}_{{{{ .containerName }}}}"
    "-{{{{ .containerId }}}}.log"
)
STACKDRIVER = (
    "https://console.cloud.google.com/logs/viewer?project={0}&angularJsUrl=%2Flogs%2Fviewer%3F"
    "project%3D{0}&resource={1}&advancedFilter=resource.labels.pod_name%3D{{{{ .podName }}}}"
)


def read_flyte(source: Source) -> None:
    """Add what the configuration says to the source's findings."""
    places = list(_sections(unfolded(source.document.data)))
    if not places:
        source.leave_out((), "the file", "holds no `plugins.logs` of Flyte's")
    for loc, section in places:
        _Section(source, loc, section).read()


def _sections(data: Any) -> Iterator[tuple[Location, dict[str, Any]]]:
    for loc, found in maps_in(data):
        if OWN_KEYS & found.keys() or _has_templates(found):
            yield loc, found
        elif "dashboardURLTemplate" in found:
            yield loc, {"dashboardURLTemplate": found["dashboardURLTemplate"]}


def _has_templates(found: Mapping[str, Any]) -> bool:
    listed = found.get("templates")
    first = listed[0] if isinstance(listed, list) and listed else None
    return isinstance(first, dict) and "templateUris" in first


class _Section:
    """One configuration of log links. `loc` says which tasks it is for."""

    def __init__(self, source: Source, loc: Location, section: Mapping[str, Any]) -> None:
        self.source, self.loc, self.section = source, loc, section
        self.task_type = next((each for each in TASK_TYPES if each in loc), "")

    def read(self) -> None:
        if self.task_type == "spark" and NO_POD & set(self.loc):
            why = "its podName is the name of the Spark application, which LinkHub does not know"
            self.source.leave_out(self.loc, ".".join(map(str, self.loc)), why)
            return
        for switch in SWITCHES:
            self._switch(switch)
        for number, plugin in enumerate(self._listed("templates")):
            self._plugin((*self.loc, "templates", number), plugin)
        for loc, kind, plugin in self._dynamic():
            self._plugin(loc, plugin, link_type=kind)
        for number, plugin in enumerate(self._listed("azure-log-templates")):
            self._azure((*self.loc, "azure-log-templates", number), plugin)
        if dashboard := self.section.get("dashboardURLTemplate"):
            self._plugin((*self.loc, "dashboardURLTemplate"), dashboard, while_running=True)

    def _listed(self, name: str) -> list[Any]:
        found = self.section.get(name)
        return found if isinstance(found, list) else []

    def _dynamic(self) -> Iterator[tuple[Location, str, Any]]:
        """A map, or a list of maps of one key each."""
        found = self.section.get("dynamic-log-links") or {}
        place = (*self.loc, "dynamic-log-links")
        listed = enumerate(found) if isinstance(found, list) else [(None, found)]
        for number, one in listed:
            for kind, plugin in one.items() if isinstance(one, dict) else ():
                inner = () if number is None else (number,)
                yield (*place, *inner, kind), kind, plugin

    # The three old switches --------------------------------------------------------------

    def _switch(self, switch: str) -> None:
        loc = (*self.loc, f"{switch}-enabled")
        if not self.section.get(f"{switch}-enabled"):
            if self.section.get(f"{switch}-template-uri"):
                self.source.leave_out(loc, f"{switch}-template-uri", "it is switched off")
            return
        template = self.section.get(f"{switch}-template-uri") or self._default(switch)
        name = {
            "kubernetes": "Kubernetes Logs",
            "cloudwatch": "Cloudwatch Logs",
            "stackdriver": "Google Cloud Logs",
        }[switch]
        self._add(loc, name, str(template), {"link_type": "logs"})

    def _default(self, switch: str) -> str:
        get = self.section.get
        match switch:
            case "kubernetes":
                return KUBERNETES.format(str(get("kubernetes-url", "")).rstrip("/"))
            case "cloudwatch":
                return CLOUDWATCH.format(
                    get("cloudwatch-region", ""), get("cloudwatch-log-group", "")
                )
        return STACKDRIVER.format(get("gcp-project", ""), get("stackdriver-logresourcename", ""))

    # Templates ---------------------------------------------------------------------------

    def _plugin(
        self, loc: Location, plugin: Any, *, link_type: str = "", while_running: bool = False
    ) -> None:
        if not isinstance(plugin, dict):
            self.source.leave_out(loc, str(loc[-1]), "is no map")
            return
        name = str(plugin.get("displayName") or plugin.get("name") or link_type or "Logs")
        templates = _templates(plugin)
        if not templates:
            self.source.leave_out(loc, name, "has no templateUris")
        if link_type and "{{" in name:
            self.source.note(loc, name, "Flyte shows this name as it is; here it is a template")
        if plugin.get("messageFormat"):
            self.source.note(loc, name, "messageFormat is left out: a definition has none")
        shown = {
            "link_type": LINK_TYPES.get(str(plugin.get("linkType", "")).lower(), "external"),
            "show_while_pending": bool(plugin.get("showWhilePending")),
            "hide_once_finished": while_running or bool(plugin.get("hideOnceFinished")),
        }
        if link_type == "vscode":
            shown["link_type"] = "ide"
        for template in templates:
            self._add(loc, name, template, shown, link_type=link_type)

    def _add(
        self,
        loc: Location,
        name: str,
        template: str,
        shown: Mapping[str, Any],
        *,
        link_type: str = "",
    ) -> None:
        template = _HELM.sub(r"\1", template).strip()
        if template.lstrip().startswith("{{"):
            why = "its host comes from runs: LINKHUB_VARIABLE_HOSTS has to allow it"
            self.source.note(loc, name, why)
        definition = {
            "name": name,
            "template": template,
            "level": _level(template),
            "when": self._when(link_type),
            "show_while_pending": False,
            **shown,
        }
        self.source.add(loc, definition)

    def _when(self, link_type: str) -> dict[str, Any]:
        rules: list[dict[str, Any]] = []
        if link_type:
            listed = f"(^|,){re.escape(link_type)}(,|$)"
            rules.append({"variable": "taskConfig.link_type", "op": "regex", "value": listed})
        if self.task_type:
            rules.append({"variable": "taskType", "op": "equals", "value": self.task_type})
        return {"all": rules} if rules else {}

    def _azure(self, loc: Location, plugin: Any) -> None:
        name = str(plugin.get("displayName", "")) if isinstance(plugin, dict) else ""
        why = "Flyte makes its query in code; the provider azure_logs says the same"
        self.source.leave_out(loc, name or "azure-log-templates", why)


def _templates(plugin: Mapping[str, Any]) -> list[str]:
    """A list, or one text in which Flyte takes commas for the ends of templates."""
    found = plugin.get("templateUris")
    if isinstance(found, str):
        return [each for each in found.split(",") if each]
    return [str(each) for each in found] if isinstance(found, list) else []


def _level(template: str) -> str:
    """The pod's, where the template names something of one; a template that is wrong has none."""
    try:
        names = compile_template(template).variables
    except TemplateError:
        return "attempt"
    known = (BY_NAME.get(name.casefold()) for name in names)
    return "pod" if any(each and each.level == Level.POD for each in known) else "attempt"
