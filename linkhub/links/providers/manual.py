"""Writes `docs/tools.md` from the providers themselves, with links built for real.

python -m linkhub.links.providers.manual docs/tools.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from linkhub.links.language.errors import LanguageError
from linkhub.links.language.examples import EXAMPLES
from linkhub.links.language.template import compile_text
from linkhub.links.language.values import Values
from linkhub.links.providers import registry
from linkhub.links.providers.base import Parameter, Provider, Request, ToolFacts
from linkhub.links.providers.preset import Preset

_INTRODUCTION = """\
# Tools

What a link definition can name as its `provider`: pick one, give the address of your tool, and \
the link opens the right page of the right run.

    PUT /api/v1/tools/mlflow
    {"kind": "mlflow", "base_url": "https://mlflow.example.com"}

    PUT /api/v1/definitions/mlflow
    {"name": "MLflow", "provider": "mlflow_run", "tool": "mlflow", "level": "action"}

A tool's `kind` decides which providers can use it. Without a tool of its own a definition takes \
the first of the kind; without any, the address that is listed here. A parameter may hold \
variables (`{{ .context.mlflow_run_id }}`); left out, it is what the tool's setting of the same \
name says where it has one (marked *setting*), else its default. Times are those of what the link \
is for, a little wider.

A tool that is not here takes a template of its own ([the template \
language](template-language.md)), or a file (CONTRIBUTING, "To add a tool").

"Executed" under a format's source means that the tool's own code was run on such addresses. No \
address here is from memory alone.
"""


def manual() -> str:
    """The whole document."""
    return "\n".join([_INTRODUCTION, *_summary(), *_sections()])


def _ordered() -> list[Provider]:
    return sorted(registry.all(), key=lambda one: (one.group, one.kind))


def _summary() -> Iterator[str]:
    for group, found in groupby(_ordered(), key=lambda one: one.group):
        yield f"- {group}: {', '.join(f'[{one.label}](#{one.kind})' for one in found)}"
    yield ""


def _sections() -> Iterator[str]:
    for group, found in groupby(_ordered(), key=lambda one: one.group):
        yield f"## {group}\n"
        for provider in found:
            yield from _section(provider)


def _section(provider: Provider) -> Iterator[str]:
    yield f"### {provider.kind}\n"
    yield f"**{provider.label}.** {provider.help}\n"
    base = provider.default_base_url
    kind = f"tool kind `{provider.tool_kind}`" if provider.tool_kind else "no tool"
    address = f" (without one, `{base}`)" if base else ""
    yield f"Level {provider.level}, {kind}{address}. Versions: {provider.versions}."
    yield f"Source: {provider.source}.\n"
    if example := example_of(provider):
        yield f"    {example}\n"
    yield from _parameters(provider)


def _parameters(provider: Provider) -> Iterator[str]:
    names = {each.name for each in provider.parameters}
    rows = [
        *provider.parameters,
        *(each for each in provider.tool_settings if each.name not in names),
    ]
    if not rows:
        return
    yield "| parameter | meaning | default |"
    yield "|---|---|---|"
    for each in rows:
        yield _row(each, only_setting=each.name not in names)
    yield ""


def _row(each: Parameter, *, only_setting: bool) -> str:
    marks = [
        "required" if each.required else "",
        "*setting*" if each.is_setting else "*setting only*" if only_setting else "",
    ]
    notes = ", ".join(mark for mark in marks if mark)
    choices = " or ".join(f"`{choice}`" for choice in each.choices)
    meaning = " ".join(filter(None, (each.help, f"One of {choices}." if choices else "")))
    name = f"`{each.name}`{f' ({notes})' if notes else ''}"
    default = f"`{each.default}`" if each.default else ""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (name, meaning, default)) + " |"


def example_of(provider: Provider) -> str:
    """A link of the provider, or "" where only a run of one's own code can tell."""
    base = provider.default_base_url or (
        f"https://{provider.tool_kind}.example.com" if _needs_address(provider) else ""
    )
    settings = {each.name: each.example for each in provider.tool_settings if not each.default}
    tool = ToolFacts(provider.tool_kind, provider.tool_kind, base, settings)
    values = _example_values(provider.parameters)
    params = {each.name: each.example for each in provider.parameters if each.required}
    try:
        return provider.build(Request(params, values, tool)).url
    except LanguageError:
        return ""


def _needs_address(provider: Provider) -> bool:
    return not (isinstance(provider, Preset) and provider.spec.base_url)


def _example_values(parameters: Iterable[Parameter]) -> Values:
    """The documented values; of the maps, what the parameters fall back to."""
    maps: dict[str, dict[str, str]] = {"context": {}, "taskconfig": {}, "tool": {}}
    plain = dict(EXAMPLES.plain)
    for each in parameters:
        for label in compile_text(each.default).variables if "{{" in each.default else ():
            name, _, key = label.partition(".")
            if name == "variables":
                plain[key.lower()] = each.example
            elif key and name.lower() in maps:
                maps[name.lower()][key] = each.example
    maps["context"].update(_CONTEXT)
    maps["taskconfig"].update(_CONFIG)
    return Values(plain, maps)


_CONFIG: Mapping[str, str] = {"entity": "team", "project": "proj"}
_CONTEXT: Mapping[str, str] = {
    "wandb_entity": "team",
    "wandb_project": "proj",
    "_wandb_sweep_id": "abc12345",
    "trackio_space_id": "acme/curves",
    "_mlflow_link": "https://mlflow.example.com/#/experiments/12/runs/0a1b2c3d",
}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
