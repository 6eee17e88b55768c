"""From a pasted URL to definitions that give it back: every proposal has been tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.text import slugify
from pydantic import ValidationError

from linkhub.accounts.models import Project
from linkhub.lib.url_policy import HostOrigin, check_url
from linkhub.links import providers
from linkhub.links.checks import Invalid
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.editing.marking import mark_parameter, mark_url
from linkhub.links.editing.origin import Owner, level_of, owner_of
from linkhub.links.editing.rebuilding import Rebuilt, build, identified_by, rebuild
from linkhub.links.editing.sampling import Viewer
from linkhub.links.language import Part, Values, compile_template
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import State, Tool
from linkhub.links.policy import url_policy
from linkhub.links.previewing import trial_of
from linkhub.links.resolving.explain import explain_unit
from linkhub.links.resolving.facts import ToolSpec
from linkhub.links.resolving.layers import LEVELS
from linkhub.runs.pending import Unit

MOST: Final = 3
LONGEST_URL: Final = 8_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A definition, and the tool that it needs where there is none yet, as documents. `parts` are
    the pieces of the pasted URL as the definition gives it back."""

    label: str
    icon: str
    definition: Mapping[str, Any]
    new_tool: Mapping[str, Any] | None
    parts: Sequence[Part]

    @property
    def variables(self) -> list[str]:
        """What of it comes from the run."""
        return list(dict.fromkeys(name for _, name in self.parts if name and _of_run(name)))


@dataclass(frozen=True, slots=True)
class Proposals:
    """`owner`: whose link it is; `tool`: what the tool is called; `problem`: why there is none."""

    url: str
    owner: Owner | None = None
    tool: str = ""
    found: Sequence[Proposal] = ()
    problem: str = ""


def propose(
    url: str,
    viewer: Viewer,
    *,
    now: datetime,
    project: Project | None = None,
    may_add_tools: bool = False,
) -> Proposals:
    """What gives `url` back for the run that it belongs to; `project` is the definition's owner."""
    url = url.strip()
    refusal = check_url(url[: LONGEST_URL + 1], origin=HostOrigin.ADMIN, policy=url_policy(()))
    if refusal is not None:
        return Proposals(url, problem=f"{refusal.message} ({refusal.rule})")
    owner = owner_of(url, viewer, now=now, project=project)
    proposing = _Proposing(url, viewer, owner, project, now, may_add_tools)
    found = list(proposing.proposals())[: MOST + 1]
    problem = "" if found else "No definition could be made that gives this very address back."
    return Proposals(url, owner, proposing.tool_label, found, problem)


class _Proposing:
    def __init__(
        self,
        url: str,
        viewer: Viewer,
        owner: Owner | None,
        project: Project | None,
        now: datetime,
        may_add_tools: bool,
    ) -> None:
        self.url, self.viewer, self.now = url, viewer, now
        self.owner, self.project = owner, project
        self.may_add_tools = may_add_tools
        tools = load_catalogue().tools
        name = tools.of_url(url)
        self.tool: ToolSpec | None = tools.by_name.get(name)
        self.identified = sorted(identified_by(url), key=lambda each: not self._is_near(each.kind))
        self.tool_label = self._tool_label()

    def proposals(self) -> Iterator[Proposal]:
        yielded = 0
        for rebuilt in self._rebuilt():
            if yielded < MOST and (proposal := self._of_provider(rebuilt)):
                yielded += 1
                yield proposal
        if proposal := self._of_template():
            yield proposal

    # Providers ---------------------------------------------------------------------------

    def _rebuilt(self) -> list[Rebuilt]:
        """Those that explain most of the URL by the run first, of tools that it may be."""
        settings = {self.tool.base_url: self.tool.settings} if self.tool else {}
        found = rebuild(self.url, self._values(), settings)
        near = [each for each in found if self._is_near(each.provider.kind)]
        if not near and self.tool is None:
            # The host says nothing: whatever has the shape, if it has the run's own values too.
            near = [each for each in found if self._explained(each)]
        return sorted(near, key=self._explained, reverse=True)

    def _is_near(self, kind: str) -> bool:
        """Whether the host is the tool's, by a tool that is there or by its own name."""
        provider = providers.get(kind)
        if self.tool is not None:
            return provider.tool_kind in {self.tool.kind, ""}
        host = urlsplit(self.url).netloc.lower()
        own = urlsplit(provider.default_base_url).netloc
        word = provider.tool_kind.partition("-")[0]
        return host == own or (len(word) > 2 and word in host)

    def _explained(self, rebuilt: Rebuilt) -> int:
        built = build(rebuilt, self._values())
        return sum(len(text) for text, name in built.parts if _of_run(name)) if built else 0

    def _of_provider(self, rebuilt: Rebuilt) -> Proposal | None:
        provider, values = rebuilt.provider, self._values()
        definition = {
            "key": slugify(provider.label) or provider.kind.replace("_", "-"),
            "name": provider.label,
            "provider": provider.kind,
            "params": {k: mark_parameter(v, values) for k, v in rebuilt.params.items()},
            "link_type": "logs" if provider.group == "Logs" else "external",
        }
        new_tool = self._new_tool(provider.tool_kind, rebuilt.base_url, rebuilt.settings)
        levels = dict.fromkeys([str(provider.level), *self._levels("run")])
        return self._tried(definition, new_tool, levels, provider.label, provider.icon)

    # A template --------------------------------------------------------------------------

    def _of_template(self) -> Proposal | None:
        base = self.tool.base_url if self.tool and self.url.startswith(self.tool.base_url) else ""
        near = next((each for each in self.identified if self._is_near(each.kind)), None)
        new_tool = self._new_tool(self._kind(near.kind), near.base_url, {}) if near else None
        base = new_tool["base_url"] if new_tool else base
        template = mark_url(self.url, self._values(), base)
        if template is None:
            return None
        host = urlsplit(self.url).netloc.partition(".")[0].partition(":")[0]
        key = slugify(self.tool.name if self.tool else host) or "link"
        name = self.tool_label or key.replace("-", " ").capitalize()
        definition = {"key": key, "name": name, "template": template}
        levels = dict.fromkeys(self._levels(self._needed(template)))
        icon = self.tool.kind if self.tool else self.tool_label
        return self._tried(definition, new_tool, levels, "A template", icon)

    def _needed(self, template: str) -> str:
        """The widest level that has all its variables."""
        run = self.owner.facts.run if self.owner else None
        needed = [level_of(label, run) for label in compile_template(template).variables]
        widest = "project" if not self.owner or self.project else "run"
        return max([*needed, widest], key=LEVELS.index)

    # What both need ----------------------------------------------------------------------

    def _values(self) -> Values:
        if self.owner is not None:
            return self.owner.view.values()
        return Values({"project": self.project.name} if self.project else {}, {})

    def _levels(self, widest: str) -> Sequence[str]:
        if self.owner is None:
            return ("project",)
        if self.owner.unit.action_id is None:
            return ("project", "run") if widest == "project" else ("run",)
        return LEVELS[LEVELS.index(widest) :]

    def _new_tool(
        self, kind: str, base_url: str, settings: Mapping[str, str]
    ) -> dict[str, Any] | None:
        if self.tool is not None or not kind or not self.may_add_tools:
            return None
        taken = set(Tool.objects.filter(name__startswith=kind).values_list("name", flat=True))
        names = (kind, *(f"{kind}-{number}" for number in range(2, 100)))
        name = next(each for each in names if each not in taken)
        return {"name": name, "kind": kind, "base_url": base_url, "settings": dict(settings)}

    def _tried(
        self,
        definition: dict[str, Any],
        new_tool: dict[str, Any] | None,
        levels: Mapping[str, None],
        label: str,
        icon: str,
    ) -> Proposal | None:
        """At the first level at which it gives the pasted address back."""
        tool = new_tool["name"] if new_tool else self.tool.name if self.tool else None
        for level in levels:
            whole = definition | {"level": level, "tool": tool}
            if parts := self._parts(whole, new_tool):
                return Proposal(label, icon, whole, new_tool, parts)
        return None

    def _parts(
        self, definition: Mapping[str, Any], new_tool: Mapping[str, Any] | None
    ) -> tuple[Part, ...]:
        """Those of the very URL, as resolving gives it; none where it does not."""
        owner = self.project.name if self.project else None
        try:
            document = DefinitionDocument.model_validate({**definition, "project": owner})
            tool = ToolDocument.model_validate(new_tool) if new_tool else None
            trial = trial_of(document, new_tool=tool)
        except (ValidationError, Invalid):
            return ()
        unit = self._unit(document.level)
        for each in load_units([unit] if unit else []).values():
            for found in explain_unit(each, trial.after, now=self.now, key=trial.key):
                link = found.link
                if link and link.state == State.READY and link.url == self.url:
                    return found.parts
        return ()

    def _unit(self, level: str) -> Unit | None:
        if self.owner is None:
            project = self.project or Project.objects.visible_to(self.viewer).first()
            return Unit(project.pk) if project else None
        if level == "project":
            return Unit(self.owner.unit.project_id)
        unit = self.owner.unit
        return Unit(unit.project_id, unit.run_id) if level == "run" else unit

    def _kind(self, provider: str) -> str:
        return providers.get(provider).tool_kind

    def _tool_label(self) -> str:
        if self.tool is not None:
            return self.tool.name
        kinds = [self._kind(each.kind) for each in self.identified if self._is_near(each.kind)]
        return next(iter(kinds), "")


def _of_run(variable: str | None) -> bool:
    return variable is not None and not variable.startswith("tool.")
