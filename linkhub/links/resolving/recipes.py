"""Recipes: definitions and attached links, compiled to what resolving needs of them.

What does not compile makes a recipe that is `broken`: its links fail with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from linkhub.lib.durations import parse_duration
from linkhub.lib.url_policy import HostOrigin
from linkhub.links.language import TemplateError, compile_template
from linkhub.links.language.template import STORED
from linkhub.links.providers import Provider, UnknownProvider, get
from linkhub.links.resolving.facts import AttachedFacts, DefinitionSpec
from linkhub.links.resolving.lifecycle import Lifecycle
from linkhub.links.resolving.makers import FromProvider, FromTemplate, Maker, WrittenOut
from linkhub.links.resolving.names import LinkName
from linkhub.links.resolving.params import Params
from linkhub.links.resolving.selecting import SelectError, Selector
from linkhub.links.resolving.when import RuleError, Rules

ALWAYS = Lifecycle()
EVERYTHING = Selector()
NO_RULES = Rules()
NO_MAKER: Maker = WrittenOut("")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One candidate for links: of a definition, or an attached link.

    `tool` is a tool's name, `tool_kind` the kind that stands in where none is named. `origin` is
    whose hand wrote the host, where it is written out. `attempt` (0: any) and `pod` ("": any)
    narrow an attached link. `own_name` and `own_icon` are its provider's. `written_url` is what an
    attached link's URL begins with, whether it could be made or not. `broken` says what could
    not be compiled.
    """

    key: str
    layer: str
    level: str
    name: LinkName
    maker: Maker
    broken: str = ""
    selector: Selector = EVERYTHING
    rules: Rules = NO_RULES
    lifecycle: Lifecycle = ALWAYS
    enabled: bool = True
    origin: HostOrigin = HostOrigin.ADMIN
    project: str | None = None
    definition_id: int | None = None
    provider: str = ""
    own_name: str = ""
    own_icon: str = ""
    written_url: str = ""
    tool: str = ""
    tool_kind: str = ""
    attempt: int = 0
    pod: str = ""
    description: str = ""
    group: str = ""
    position: int = 0
    icon: str = ""
    link_type: str = "external"
    message_format: str = ""
    new_tab: bool = True
    change: int = 0


def recipe_of_definition(spec: DefinitionSpec) -> Recipe:
    problems: list[str] = []
    provider = _attempt(problems, lambda: get(spec.provider) if spec.provider else None, None)
    return Recipe(
        key=spec.key,
        layer="instance" if spec.project is None else "project",
        level=spec.level,
        name=_attempt(
            problems,
            lambda: LinkName.compile(spec.name, attached=False),
            LinkName(spec.name),
        ),
        maker=_attempt(problems, lambda: _maker_of_definition(spec, provider), NO_MAKER),
        selector=_attempt(problems, lambda: Selector.compile(spec.select), EVERYTHING),
        rules=_attempt(problems, lambda: Rules.compile(spec.when), NO_RULES),
        broken="; ".join(problems),
        lifecycle=Lifecycle(spec.show_while_pending, spec.hide_once_finished, spec.ttl),
        enabled=spec.enabled,
        project=spec.project,
        definition_id=spec.id,
        provider=spec.provider,
        own_name=provider.label if provider else "",
        own_icon=provider.icon if provider else "",
        tool=spec.tool,
        tool_kind=provider.tool_kind if provider else "",
        description=spec.description,
        group=spec.group,
        position=spec.position,
        icon=spec.icon,
        link_type=spec.link_type,
        new_tab=spec.new_tab,
        change=spec.change,
    )


def recipe_of_attached(attached: AttachedFacts, level: str) -> Recipe:
    body = attached.body
    kind = body.get("provider") or ""
    problems: list[str] = []
    provider = _attempt(problems, lambda: get(kind) if kind else None, None)
    return Recipe(
        key=attached.key,
        layer=attached.origin,
        level=level,
        name=LinkName.compile(body.get("name") or "", attached=True),
        maker=_maker_of_attached(body, provider),
        lifecycle=_attempt(problems, lambda: _attached_lifecycle(body), ALWAYS),
        broken="; ".join(problems),
        origin=HostOrigin.ATTACHED,
        provider=kind,
        own_name=provider.label if provider else "",
        own_icon=provider.icon if provider else "",
        written_url=(body.get("url") or "").partition("{{")[0],
        tool_kind=provider.tool_kind if provider else "",
        attempt=attached.attempt,
        pod=attached.pod,
        position=attached.position,
        icon=body.get("icon") or "",
        link_type=body.get("link_type") or "external",
        message_format=body.get("message_format") or "",
    )


def _attempt(problems: list[str], compile_it: Callable[[], T], otherwise: T) -> T:
    try:
        return compile_it()
    except (TemplateError, SelectError, RuleError, UnknownProvider, ValueError) as error:
        problems.append(str(error))
        return otherwise


def _maker_of_definition(spec: DefinitionSpec, provider: Provider | None) -> Maker:
    params = Params.compile(spec.params, attached=False)
    if provider is not None:
        return FromProvider(provider, params)
    return FromTemplate(compile_template(spec.template, max_length=STORED), params)


def _maker_of_attached(body: Mapping[str, Any], provider: Provider | None) -> Maker:
    params = Params.compile(body.get("params") or {}, attached=True)
    if provider is not None:
        return FromProvider(provider, params)
    url = body.get("url") or ""
    if "{{" not in url:
        return WrittenOut(url)
    try:
        template = compile_template(url, max_length=STORED)
    except TemplateError as error:
        return WrittenOut(url, f"Shown as it came, since it is no template: {error}.")
    return FromTemplate(template, params) if template.variables else WrittenOut(url)


def _attached_lifecycle(body: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        body.get("show_while_pending", True),
        body.get("hide_once_finished", False),
        parse_duration(body["ttl"]) if body.get("ttl") else None,
    )
