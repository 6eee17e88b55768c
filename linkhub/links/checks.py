"""What a definition or a tool must be beyond its shape, found before it is saved.

Everything a link could only fail by later is looked at here: templates and rules compile, the
provider knows the parameters, the tool is there and of the right kind, hosts written by hand pass
the URL policy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from django.conf import settings

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links import providers
from linkhub.links.documents import (
    DefinitionDocument,
    Globs,
    Select,
    Settings,
    ToolDocument,
    When,
)
from linkhub.links.language import Text, compile_template, compile_text
from linkhub.links.language.catalogue import BY_NAME, Level
from linkhub.links.language.errors import TemplateError
from linkhub.links.language.syntax import Expression
from linkhub.links.models import LinkDefinition, Tool
from linkhub.links.policy import url_policy
from linkhub.links.providers import Parameter, Provider, UnknownProvider
from linkhub.links.resolving.when import RuleError, Rules
from linkhub.links.template_hosts import check_template_url
from linkhub.runs.phases import Phase

MAGIC = frozenset("*?[")
# Providers whose links lead to one W&B run.
LEADS_TO_WANDB = frozenset({"wandb_run", "wandb_init"})


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; `loc` leads to the field, as in the document."""

    loc: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return ": ".join(filter(None, [".".join(map(str, self.loc)), self.message]))


class Invalid(ValueError):
    """A definition or tool cannot be saved as it is; `faults` has at least one."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def check_definition(document: DefinitionDocument, *, tool: Tool | None) -> None:
    """Raises Invalid; `tool` is the stored one that the document names, where there is one."""
    faults = [
        *_tool_faults(document, tool),
        *_text_faults(document),
        *(_template_faults(document) if document.template is not None else ()),
        *(_provider_faults(document, tool) if document.provider is not None else ()),
        *_phase_faults(document.select),
        *(_backlink_faults(document) if document.backlink else ()),
        *_rule_faults(document.when),
    ]
    if faults:
        raise Invalid(_as_sent(document, fault) for fault in faults)


def check_tool(document: ToolDocument, *, stored: Tool | None) -> None:
    """Raises Invalid; `stored` is the tool as it is now, which definitions may rely on."""
    faults = [
        *_base_url_faults(("base_url",), document.base_url),
        *_settings_faults(("settings",), document.kind, document.settings),
        *(_kind_faults(document, stored) if stored else ()),
    ]
    for index, override in enumerate(document.overrides):
        place = ("overrides", index)
        faults += _base_url_faults((*place, "base_url"), override.base_url or "")
        faults += _settings_faults((*place, "settings"), document.kind, override.settings or {})
    if faults:
        raise Invalid(faults)


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` where something known is near, else nothing."""
    near = difflib.get_close_matches(wrong, list(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


# Definitions -----------------------------------------------------------------------------


def _backlink_faults(document: DefinitionDocument) -> Iterator[Fault]:
    """What can lead to no W&B run is told now, not by every link later."""
    if document.provider not in {*LEADS_TO_WANDB, None}:
        kinds = ", ".join(sorted(LEADS_TO_WANDB))
        yield Fault(("backlink",), f"is for links to W&B runs: of {kinds}, or of a template")
    if document.level == Level.PROJECT.value:
        yield Fault(("backlink",), "is for links of a run, and those of a project are of none")


def _as_sent(document: DefinitionDocument, fault: Fault) -> Fault:
    """With the field's name as the document spells it."""
    field, *place = fault.loc
    return replace(fault, loc=(document.as_sent(str(field)), *place))


def _tool_faults(document: DefinitionDocument, tool: Tool | None) -> Iterator[Fault]:
    if document.tool is not None and tool is None:
        known = Tool.objects.values_list("name", flat=True)
        hint = suggestion(document.tool, known)
        yield Fault(("tool",), f"there is no tool named `{document.tool}`{hint}")


def _text_faults(document: DefinitionDocument) -> Iterator[Fault]:
    """The name and every parameter that is text may hold variables."""
    texts = {("name",): document.name} | {
        ("params", name): value for name, value in document.params.items() if isinstance(value, str)
    }
    for loc, source in texts.items():
        try:
            compiled = compile_text(source, max_length=settings.LINKHUB_MAX_TEMPLATE_LENGTH)
        except TemplateError as error:
            yield Fault(loc, str(error))
        else:
            yield from _variable_faults(document, loc, compiled)


def _template_faults(document: DefinitionDocument) -> Iterator[Fault]:
    try:
        compiled = compile_template(
            document.template or "", max_length=settings.LINKHUB_MAX_TEMPLATE_LENGTH
        )
    except TemplateError as error:
        yield Fault(("template",), str(error))
        return
    yield from _variable_faults(document, ("template",), compiled)
    if refusal := check_template_url(compiled, policy=url_policy(())):
        yield Fault(("template",), f"{refusal.message} ({refusal.rule})")


def _variable_faults(
    document: DefinitionDocument, loc: tuple[str, ...], compiled: Text
) -> Iterator[Fault]:
    """Variables that can never have a value here, so that the link would wait for ever."""
    for node in compiled.nodes:
        if not isinstance(node, Expression) or any(one.name == "default" for one in node.filters):
            continue
        reference = node.reference
        if reference.name == "tool" and document.tool is None:
            yield Fault(loc, f"`{reference.label}` needs a `tool`, and none is named")
        elif reference.name == "params" and reference.key not in document.params:
            yield Fault(loc, f"`{reference.label}` is not among `params`")
        elif document.level == "project" and reference.name not in {"tool", "params"}:
            variable = BY_NAME.get(reference.name.casefold())
            if variable is None or variable.level != Level.PROJECT:
                yield Fault(loc, f"`{reference.label}` has no value on a link of level project")


def _provider_faults(document: DefinitionDocument, tool: Tool | None) -> Iterator[Fault]:
    try:
        provider = providers.get(document.provider or "")
    except UnknownProvider as error:
        yield Fault(("provider",), str(error))
        return
    if tool is not None and provider.tool_kind not in {"", tool.kind}:
        message = f"`{tool.name}` is a {tool.kind}; {provider.kind} needs a {provider.tool_kind}"
        yield Fault(("tool",), message)
    if not provider.open_parameters:
        yield from _unknown_parameter_faults(document, provider)
    for parameter in provider.parameters:
        yield from _parameter_faults(document, parameter)
    if provider.runs_code:
        yield from _class_faults(document)


def _unknown_parameter_faults(document: DefinitionDocument, provider: Provider) -> Iterator[Fault]:
    known = [parameter.name for parameter in provider.parameters]
    for name in document.params:
        if name not in known:
            hint = suggestion(name, known) or f"; known: {', '.join(known)}"
            yield Fault(("params", name), f"is not a parameter of {provider.kind}{hint}")


def _parameter_faults(document: DefinitionDocument, parameter: Parameter) -> Iterator[Fault]:
    value = document.params.get(parameter.name)
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    loc = ("params", parameter.name)
    if not text and parameter.required:
        yield Fault(loc, "is required")
    elif text and parameter.choices and "{{" not in text and text not in parameter.choices:
        yield Fault(loc, f"must be one of {', '.join(parameter.choices)}")


def _class_faults(document: DefinitionDocument) -> Iterator[Fault]:
    """A Python class is named by hand and allowed by the operator, never taken from a run."""
    path = document.params.get("class")
    if not isinstance(path, str) or not path:
        return
    allowed = settings.LINKHUB_LINK_CLASSES
    if not any(fnmatchcase(path, glob) for glob in allowed):
        yield Fault(("params", "class"), f"`{path}` is not among LINKHUB_LINK_CLASSES")


def _phase_faults(select: Select) -> Iterator[Fault]:
    for glob in _listed(select.phase):
        if not any(fnmatchcase(phase, glob) for phase in Phase.values):
            hint = suggestion(glob, Phase.values) or f"; known: {', '.join(Phase.values)}"
            yield Fault(("select", "phase"), f"`{glob}` is no phase{hint}")


def _listed(globs: Globs | None) -> list[str]:
    if globs is None:
        return []
    return [globs] if isinstance(globs, str) else globs


def _rule_faults(when: When) -> Iterator[Fault]:
    for which, conditions in (("all", when.all), ("any", when.any)):
        for index, condition in enumerate(conditions):
            try:
                Rules.compile({which: [condition.model_dump(exclude_unset=True)]})
            except RuleError as error:
                message = str(error).removeprefix(f"rule {which}[0] ")
                yield Fault(("when", which, index), message)


# Tools -----------------------------------------------------------------------------------


def _base_url_faults(loc: tuple[str | int, ...], url: str) -> Iterator[Fault]:
    policy: UrlPolicy = replace(url_policy(()), schemes=frozenset({"http", "https"}))
    if url and (refusal := check_url(url, origin=HostOrigin.ADMIN, policy=policy)):
        yield Fault(loc, f"{refusal.message} ({refusal.rule})")


def _settings_faults(loc: tuple[str | int, ...], kind: str, given: Settings) -> Iterator[Fault]:
    """Settings that a provider of the kind knows must be one of its choices."""
    for provider in providers.all():
        for setting in provider.tool_settings if provider.tool_kind == kind else ():
            text = given.get(setting.name, "")
            if text and setting.choices and text not in setting.choices:
                message = f"must be one of {', '.join(setting.choices)}"
                yield Fault((*loc, setting.name), message)


def _kind_faults(document: ToolDocument, stored: Tool) -> Iterator[Fault]:
    """Definitions rely on the kind of their tool."""
    if document.kind == stored.kind:
        return
    needed = {one.kind for one in providers.all() if one.tool_kind == stored.kind}
    users = LinkDefinition.objects.alive().filter(tool=stored, provider__in=needed)
    if keys := sorted(users.values_list("key", flat=True)[:10]):
        yield Fault(("kind",), f"definitions need a {stored.kind}: {', '.join(keys)}")
