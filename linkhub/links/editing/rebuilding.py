"""From a pasted URL to the provider and the parameters that give it back, to the letter.

A provider's `identify` says what it reads. What it passes over (a data source's uid, a form, times)
is found by climbing: of all values that stand in the URL, the one that makes the built URL agree
with the pasted one for longest is taken, until the two are the same or nothing helps any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from linkhub.links import providers
from linkhub.links.language import LanguageError, Values
from linkhub.links.providers import Built, Identified, Parameter, Provider, Request, ToolFacts

PADDINGS: Final = ("0", "1m", "5m", "10m", "15m", "30m", "1h")
MOST_STEPS: Final = 12
MOST_BUILDS: Final = 3_000
MOST_TOKENS: Final = 60
MOST_FOUND: Final = 1_000
LONGEST_TOKEN: Final = 500
_QUOTED: Final = re.compile(r'["\'`]((?:[^"\'`\\]|\\.)*)["\'`]')
_WORD: Final = re.compile(r"[\w.:@~-]+")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What gives the URL: parameters, and settings that its tool must have."""

    provider: Provider
    base_url: str
    params: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    def tool(self) -> ToolFacts:
        return ToolFacts("tool", self.provider.tool_kind, self.base_url, self.settings)


@dataclass(frozen=True, slots=True)
class _Knob:
    """Something that can be turned: a parameter, or a setting of a tool that is not there yet."""

    parameter: Parameter
    is_setting: bool

    def turned(self, known: Rebuilt, value: str) -> Rebuilt:
        name = self.parameter.name
        if self.is_setting:
            return replace(known, settings={**known.settings, name: value})
        return replace(known, params={**known.params, name: value})


def rebuild(url: str, values: Values, tools: Mapping[str, Mapping[str, str]]) -> list[Rebuilt]:
    """Every way to get `url` from a provider and the run's values, what needs least first.

    `tools` has the settings of tools that are there, by base URL.
    """
    found = []
    for identified in identified_by(url):
        settings = tools.get(identified.base_url)
        rebuilt = _rebuild(url, identified, values, settings)
        if rebuilt is not None:
            found.append(_simplest(url, rebuilt, values))
    return sorted(found, key=_weight)


def identified_by(url: str) -> list[Identified]:
    """What the providers read in the URL."""
    read = (provider.identify(url) for provider in providers.all())
    return [each for each in read if each is not None]


def build(known: Rebuilt, values: Values) -> Built | None:
    try:
        return known.provider.build(Request(known.params, values, known.tool()))
    except LanguageError:
        return None


def _rebuild(
    url: str, identified: Identified, values: Values, settings: Mapping[str, str] | None
) -> Rebuilt | None:
    provider = providers.get(identified.kind)
    names = {each.name for each in provider.parameters}
    params = {name: text for name, text in identified.parts.items() if name in names}
    known = Rebuilt(provider, identified.base_url, params, settings or {})
    knobs = [_Knob(each, False) for each in provider.parameters]
    if settings is None:
        # First, so that they are taken before a parameter that would say the same.
        own = (each for each in provider.tool_settings if each.name not in names)
        knobs = [*(_Knob(each, True) for each in own), *knobs]
    return _climb(url, known, knobs, values)


def _climb(url: str, known: Rebuilt, knobs: list[_Knob], values: Values) -> Rebuilt | None:
    tokens, builds = tokens_of(url), 0
    reached = _agreement(url, known, values)
    for _ in range(MOST_STEPS):
        if reached == len(url) + 1:
            return known
        best, far = None, reached
        for knob in knobs:
            for value in _candidates(knob.parameter, tokens):
                turned = knob.turned(known, value)
                agreed, builds = _agreement(url, turned, values), builds + 1
                if agreed > far:
                    best, far = turned, agreed
        if best is None or builds > MOST_BUILDS:
            return None
        known, reached = best, far
    return None


def _agreement(url: str, known: Rebuilt, values: Values) -> int:
    """For how many characters the built URL is the pasted one; one more where it is all of it."""
    built = build(known, values)
    if built is None:
        return -1
    if built.url == url:
        return len(url) + 1
    pairs = enumerate(zip(built.url, url, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(built.url), len(url)))


def _candidates(parameter: Parameter, tokens: list[str]) -> Iterator[str]:
    if parameter.choices:
        yield from parameter.choices
    elif parameter.name == "padding":
        yield from PADDINGS
    else:
        yield from (token for token in tokens if _fits(parameter, token))


def _fits(parameter: Parameter, token: str) -> bool:
    return not parameter.pattern or re.fullmatch(parameter.pattern, token) is not None


def _simplest(url: str, known: Rebuilt, values: Values) -> Rebuilt:
    """Without the parameters and settings that change nothing."""
    for name in [*known.params]:
        fewer = replace(known, params={k: v for k, v in known.params.items() if k != name})
        known = fewer if _gives(url, fewer, values) else known
    for name in [*known.settings]:
        fewer = replace(known, settings={k: v for k, v in known.settings.items() if k != name})
        known = fewer if _gives(url, fewer, values) else known
    return known


def _gives(url: str, known: Rebuilt, values: Values) -> bool:
    built = build(known, values)
    return built is not None and built.url == url


def _weight(known: Rebuilt) -> tuple[int, int]:
    return len(known.params) + len(known.settings), sum(map(len, known.params.values()))


# Tokens ----------------------------------------------------------------------------------


def tokens_of(url: str) -> list[str]:
    """Texts in the URL that a parameter may have been, or a name."""
    return list(dict.fromkeys(islice(_tokens(url), MOST_FOUND)))[:MOST_TOKENS]


def _tokens(url: str) -> Iterator[str]:
    """Texts in the URL that a parameter may have been, the likeliest first."""
    split = urlsplit(url)
    fragment = split.fragment.partition("?")
    texts = [text for _, text in parse_qsl(split.query, keep_blank_values=False)]
    texts += [text for _, text in parse_qsl(fragment[2])]
    paths = [unquote(each) for each in f"{split.path}/{fragment[0]}".split("/") if each]
    for text in texts:
        yield from _inside(text)
    yield from paths
    host = split.netloc.split(".")
    yield from host
    for text in [*texts, *paths]:
        yield from (found[1] for found in _QUOTED.finditer(text))
        yield from _WORD.findall(unquote(text))


def _inside(text: str) -> Iterator[str]:
    """The text, or every text of the JSON that it is."""
    try:
        yield from _leaves(json.loads(text) if text[:1] in '{["' else text)
    except (ValueError, RecursionError):
        yield text[:LONGEST_TOKEN]


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value[:LONGEST_TOKEN]
        case dict():
            for each in value.values():
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)
