"""Tools as links see them: overrides applied, found by name, by kind, or by a URL's host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from linkhub.lib.url_policy import host_of
from linkhub.links.providers import ToolFacts
from linkhub.links.resolving.facts import ToolSpec
from linkhub.links.resolving.selecting import Matcher, SelectError, compile_globs, given_globs

# Domains and clusters seen; past this the kept answers are dropped and made again.
_MOST_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class EffectiveTool:
    """A tool for one domain and cluster. `variables` is what a template's `tool.KEY` reads;
    `override` says in words which override applied, empty where none did."""

    spec: ToolSpec
    facts: ToolFacts
    variables: Mapping[str, str]
    override: str = ""


@dataclass(frozen=True, slots=True)
class _Override:
    domain: Matcher
    cluster: Matcher
    base_url: str
    settings: Mapping[str, str]
    words: str

    @classmethod
    def compile(cls, override: Mapping[str, Any]) -> _Override:
        """Raises SelectError where its globs are no globs."""
        globs = {name: given_globs(override.get(name), name) for name in ("domain", "cluster")}
        return cls(
            compile_globs(globs["domain"]),
            compile_globs(globs["cluster"]),
            str(override.get("base_url") or ""),
            _texts(override.get("settings") or {}),
            ", ".join(f"{name} {' or '.join(each)}" for name, each in globs.items() if each),
        )


@dataclass(slots=True)
class Tools:
    """All tools, at one change value. The first of a kind stands for it."""

    by_name: Mapping[str, ToolSpec]
    by_kind: Mapping[str, ToolSpec]
    by_host: Mapping[str, tuple[tuple[str, str], ...]]
    overrides: Mapping[str, tuple[_Override, ...]]
    kept: dict[tuple[str, str, str], EffectiveTool] = field(default_factory=dict)

    @classmethod
    def compile(cls, tools: Iterable[ToolSpec]) -> Tools:
        tools = tuple(tools)
        by_kind: dict[str, ToolSpec] = {}
        for tool in tools:
            if tool.kind:
                by_kind.setdefault(tool.kind, tool)
        return cls(
            {tool.name: tool for tool in tools},
            by_kind,
            _by_host(tools),
            {tool.name: tuple(_overrides(tool)) for tool in tools},
        )

    @property
    def hosts(self) -> frozenset[str]:
        """Every host of a tool, its overrides' included, as the URL policy writes them."""
        return frozenset(self.by_host)

    def effective(self, name: str, domain: str, cluster: str) -> EffectiveTool:
        """The tool with the first override that matches; KeyError where there is no such tool."""
        key = (name, domain, cluster)
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= _MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = self._effective(name, domain, cluster)
        return found

    def _effective(self, name: str, domain: str, cluster: str) -> EffectiveTool:
        spec = self.by_name[name]
        base_url, settings, words = spec.base_url, _texts(spec.settings), ""
        for override in self.overrides[name]:
            if override.domain(domain) and override.cluster(cluster):
                base_url = override.base_url or base_url
                settings, words = {**settings, **override.settings}, override.words
                break
        base_url = base_url.rstrip("/")
        facts = ToolFacts(spec.name, spec.kind, base_url, settings)
        variables = settings | {"base_url": base_url, "name": spec.name, "kind": spec.kind}
        return EffectiveTool(spec, facts, variables, words)

    def of_url(self, url: str) -> str:
        """The tool that a URL leads to, by host and then the longest base URL; "" for none."""
        candidates = self.by_host.get(host_of(url) or "", ())
        for base_url, name in candidates:
            if url.startswith(base_url):
                return name
        return candidates[0][1] if candidates else ""


def _overrides(tool: ToolSpec) -> Iterator[_Override]:
    """Those that can match: one with globs that are none is left out."""
    for override in tool.overrides:
        with suppress(SelectError):
            yield _Override.compile(override)


def _texts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in settings.items() if value is not None}


def _by_host(tools: Iterable[ToolSpec]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for tool in tools:
        urls = [tool.base_url, *(str(each.get("base_url") or "") for each in tool.overrides)]
        for url in dict.fromkeys(urls):
            if host := host_of(url):
                found.setdefault(host, []).append((url, tool.name))
    for pairs in found.values():
        pairs.sort(key=lambda pair: -len(pair[0]))
    return {host: tuple(pairs) for host, pairs in found.items()}
