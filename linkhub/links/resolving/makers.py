"""How a link's URL is made: written out, by a template, by a provider, by a Python class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from linkhub.links.language import (
    Failed,
    LanguageError,
    MissingVariables,
    Part,
    Rendered,
    Template,
)
from linkhub.links.providers import Built, Provider, Request
from linkhub.links.resolving.params import Params
from linkhub.links.resolving.subjects import View
from linkhub.links.resolving.tools import EffectiveTool

PythonLinks: TypeAlias = Callable[[Request], Built]
"""Runs a Python `Link` class in a worker's child process; raises a LanguageError."""


class Made(NamedTuple):
    """A URL that the policy has not seen. `outcome` is what made it, where there was anything to
    make."""

    url: str
    host_from_variable: bool = False
    depends_on_now: bool = False
    notes: tuple[str, ...] = ()
    name: str = ""
    icon: str = ""
    outcome: Rendered | Built | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.outcome.parts if self.outcome else (Part(self.url, None),)


class Maker(Protocol):
    @property
    def variables(self) -> tuple[str, ...]:
        """Those that are known to be read, for explanations."""

    def make(
        self, view: View, tool: EffectiveTool | None, python: PythonLinks | None
    ) -> Made | None:
        """Raises a LanguageError; None where only a worker's child process can tell."""


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A URL that came as it is. `note` says what in it looks like a template and is none."""

    url: str
    note: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        return ()

    def make(
        self,
        view: View,  # noqa: ARG002
        tool: EffectiveTool | None,  # noqa: ARG002
        python: PythonLinks | None,  # noqa: ARG002
    ) -> Made:
        if not self.url:
            raise MissingVariables(())
        return Made(self.url, notes=(self.note,) if self.note else ())


@dataclass(frozen=True, slots=True)
class FromTemplate:
    template: Template
    params: Params

    @property
    def variables(self) -> tuple[str, ...]:
        own = (name for name in sorted(self.template.variables) if not _is_param(name))
        return (*own, *self.params.variables)

    def make(
        self,
        view: View,
        tool: EffectiveTool | None,
        python: PythonLinks | None,  # noqa: ARG002
    ) -> Made:
        values = view.values(tool)
        lacking: Mapping[str, tuple[str, ...]] = {}
        if self.params:
            filled = self.params.fill(values)
            values, lacking = view.values(tool, filled.texts()), filled.lacking
        try:
            rendered = self.template.render(values)
        except MissingVariables as missing:
            raise MissingVariables(_named(missing.names, lacking)) from None
        url, from_variable, on_now, _, _ = rendered
        return Made(url, from_variable, on_now, outcome=rendered)


@dataclass(frozen=True, slots=True)
class FromProvider:
    provider: Provider
    params: Params

    @property
    def variables(self) -> tuple[str, ...]:
        return self.params.variables

    def make(
        self, view: View, tool: EffectiveTool | None, python: PythonLinks | None
    ) -> Made | None:
        build: PythonLinks | None = python if self.provider.runs_code else self.provider.build
        if build is None:
            return None
        values = view.values(tool)
        filled = self.params.fill(values)
        if filled.lacking:
            raise MissingVariables(tuple(dict.fromkeys(sum(filled.lacking.values(), ()))))
        facts = tool.facts if tool else None
        built = _guarded(build, Request(filled.values, values, facts, filled.from_run))
        if not built.url:
            raise MissingVariables(())
        return Made(
            built.url,
            built.origin_is_variable,
            built.depends_on_now,
            built.notes,
            built.name,
            built.icon,
            built,
        )


def _guarded(build: PythonLinks, request: Request) -> Built:
    """A provider's own mistake fails its link and nothing else."""
    try:
        return build(request)
    except LanguageError:
        raise
    except Exception as error:
        raise Failed(f"{type(error).__name__}: {error}"[:500]) from error


def _is_param(name: str) -> bool:
    return name.startswith(("params.", "params["))


def _named(names: tuple[str, ...], lacking: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The variables behind parameters that have no value because of them."""
    found: dict[str, None] = {}
    for name in names:
        behind = lacking.get(name.removeprefix("params.")) if _is_param(name) else None
        found |= dict.fromkeys(behind or (name,))
    return tuple(found)
