"""From a pasted URL to a template: what equals a value of the run becomes its variable.

Every value is written in the ways that a template could write it (percent-encoded, as a time, in a
nested language). Where one of these texts stands in the URL by itself, its expression takes its
place; the rest stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from linkhub.links.language import LanguageError, Values, compile_template, compile_text
from linkhub.links.language.values import OpenEnd, Value

# In the order in which they are taken where several have the same value.
PLAIN: Final = (
    *("podName", "generatedName", "podUID", "containerID", "runName", "actionName"),
    *("rayClusterName", "rayJobID", "daskSchedulerName", "agentID", "connectorID"),
    *("nodeName", "hostname", "containerName", "namespace", "workflow", "taskName", "taskVersion"),
    *("workflowVersion", "domain", "project", "cluster", "launchedBy", "org", "taskType"),
    *("parentActionName", "sourceURL", "nodeID"),
)
TIMES: Final = (
    *("startTime", "endTime", "podRFC3339StartTime", "podRFC3339FinishTime"),
    *("attemptStartTime", "attemptEndTime", "actionStartTime", "actionEndTime"),
    *("runStartTime", "runEndTime", "runCreatedTime"),
)
MAPS: Final = ("context", "labels", "taskConfig", "variables")
NAMES: Final = frozenset({"podName", "runName", "actionName"})
WRITTEN_AS: Final = (
    *("", "lower", "upper", "json_inner", "regex_escape", "regex_escape | json_inner"),
    *("logql_inner", "logql_inner | json_inner", "rison_inner", "cloudwatch", "jsurl"),
    *("base64", "base64url", "raw"),
)
TIMES_AS: Final = ("epoch_ms", "epoch", "epoch_us", "iso", "")
SHIFTS: Final = ("1m", "5m", "10m", "15m", "30m", "1h", "1d")
SHORTEST_WHOLE: Final = 2
SHORTEST: Final = 4
MOST_KEYS: Final = 50
# What a raw value may hold: nothing that would end the part of the URL that it stands in.
_TAME: Final = re.compile(r"[A-Za-z0-9._~:@,;=!$'()*/-]*")
# An encoded character just before: what follows it begins a word.
_CODE_BEFORE: Final = re.compile(r"(?:%(?:25)*[0-9A-Fa-f]{2}|\$252?[0-9A-Fa-f]{2}|\*[0-9a-f]{2})\Z")
_ENDS: Final = frozenset("/?#&=")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that an expression writes. `is_name`: short ones count too."""

    text: str
    expression: str
    is_name: bool = False


def mark_url(url: str, values: Values, base_url: str = "") -> str | None:
    """The template, or None where there is none that gives `url` back.

    `base_url` is that of the link's tool, where the URL begins with it. Nothing of the host
    becomes a variable: it is not for a run to say where a link leads.
    """
    split = urlsplit(url)
    begins = base_url or f"{split.scheme}://{split.netloc}"
    if not split.netloc or not url.startswith(begins):
        return None
    head = "{{ .tool.base_url }}" if base_url else begins
    template = head + mark_text(url[len(begins) :], candidates(values))
    known = Values(values.plain, {**values.maps, "tool": {"base_url": base_url}})
    return template if _gives(template, url, known) else None


def mark_text(text: str, found: Sequence[Candidate]) -> str:
    """The text with the longest candidate that stands at each place as its expression."""
    begins: dict[str, list[Candidate]] = defaultdict(list)
    for each in sorted(found, key=lambda each: -len(each.text)):
        begins[each.text[:1]].append(each)
    pieces, at = [], 0
    while at < len(text):
        here = next((each for each in begins.get(text[at], ()) if _stands(each, text, at)), None)
        pieces.append(f"{{{{ {here.expression} }}}}" if here else text[at])
        at += len(here.text) if here else 1
    return "".join(pieces)


def candidates(values: Values) -> list[Candidate]:
    """Every text once, by the first expression that writes it."""
    found: dict[str, Candidate] = {}
    for each in _candidates(values):
        if len(each.text) >= SHORTEST_WHOLE:
            found.setdefault(each.text, each)
    return list(found.values())


def _candidates(values: Values) -> Iterator[Candidate]:
    for name in PLAIN:
        yield from _of_text(f".{name}", values.plain.get(name.lower()), values, name in NAMES)
    for name in MAPS:
        for key, value in list(values.maps.get(name.lower(), {}).items())[:MOST_KEYS]:
            yield from _of_text(_of_key(name, key), value, values, is_name=False)
    for name in TIMES:
        if isinstance(values.plain.get(name.lower()), datetime):
            yield from _of_time(name, values)


def _of_key(name: str, key: str) -> str:
    if re.fullmatch(r"[\w-]+", key):
        return f".{name}.{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'.{name}["{escaped}"]'


def _of_text(
    reference: str, value: Value | None, values: Values, is_name: bool
) -> Iterator[Candidate]:
    if not isinstance(value, str) or not value or isinstance(value, OpenEnd):
        return
    for written in WRITTEN_AS:
        if written == "raw" and not _TAME.fullmatch(value):
            continue
        yield from _written(reference, written, values, is_name)


def _of_time(name: str, values: Values) -> Iterator[Candidate]:
    sign = "+" if name.lower().endswith(("endtime", "finishtime")) else "-"
    shifts = ["", *(f"shift('{sign}{each}') | " for each in SHIFTS)]
    for shift in shifts:
        for written in TIMES_AS:
            chain = f"{shift}{written}".removesuffix(" | ")
            yield from _written(f".{name}", chain, values, is_name=False)


def _written(reference: str, filters: str, values: Values, is_name: bool) -> Iterator[Candidate]:
    expression = f"{reference} | {filters}" if filters else reference
    try:
        url = compile_template(f"https://x/{{{{ {expression} }}}}").render(values).url
    except LanguageError:
        return
    yield Candidate(url.removeprefix("https://x/"), expression, is_name)


def _stands(each: Candidate, text: str, at: int) -> bool:
    """Whether the candidate stands there by itself, not as a piece of a longer word."""
    if not text.startswith(each.text, at):
        return False
    before, after = text[:at], text[at + len(each.text) :]
    if (not before or before[-1] in _ENDS) and (not after or after[0] in _ENDS):
        return len(each.text) >= (SHORTEST_WHOLE if each.is_name else SHORTEST - 1)
    begins = not before[-1:].isalnum() or _CODE_BEFORE.search(before[-12:]) is not None
    return len(each.text) >= SHORTEST and begins and not after[:1].isalnum()


def _gives(template: str, url: str, values: Values) -> bool:
    try:
        return compile_template(template).render(values).url == url
    except LanguageError:
        return False


def mark_parameter(text: str, values: Values) -> str:
    """The same for a provider's parameter, into which values go as they are."""
    found = [
        Candidate(value, reference, name in NAMES)
        for name, reference, value in plain_texts(values)
        if len(value) >= SHORTEST_WHOLE
    ]
    marked = mark_text(text, list({each.text: each for each in reversed(found)}.values()))
    try:
        return marked if compile_text(marked).render(values) == text else text
    except LanguageError:
        return text


def plain_texts(values: Values) -> Iterator[tuple[str, str, str]]:
    for name in PLAIN:
        value = values.plain.get(name.lower())
        if isinstance(value, str) and value:
            yield name, f".{name}", value
    for name in MAPS:
        for key, value in list(values.maps.get(name.lower(), {}).items())[:MOST_KEYS]:
            if value:
                yield name, _of_key(name, key), value
