"""Jaeger's `linkPatterns`: of its UI's configuration, with `#{…}` for what a trace or tag holds.

The patterns are those of Jaeger's documentation of its front end. A tag of a span is a value of
the action's context (or a label) here, by the same key; the trace's id is the context's `trace_id`,
as it is for the providers of traces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from linkhub.links.as_code.tree import Location
from linkhub.links.importing.embedded import unfolded
from linkhub.links.importing.found import Source, maps_in

_VARIABLE = re.compile(r"#\{([^}]*)\}")
TIMES = {"startTime": "startTime", "endTime": "endTime"}
MICROS = 1_000_000


class _NotKnown(ValueError):
    """Something that LinkHub cannot say."""


def read_jaeger(source: Source) -> None:
    """Add what the configuration says to the source's findings."""
    found = False
    for loc, section in maps_in(unfolded(source.document.data)):
        patterns = section.get("linkPatterns")
        if isinstance(patterns, list):
            found = True
            for number, pattern in enumerate(patterns):
                _read_pattern(source, (*loc, "linkPatterns", number), pattern)
    if not found:
        source.leave_out((), "the file", "holds no `linkPatterns` of Jaeger's")


def _read_pattern(source: Source, loc: Location, pattern: Any) -> None:
    if not (isinstance(pattern, dict) and isinstance(pattern.get("url"), str)):
        source.leave_out(loc, f"linkPatterns[{loc[-1]}]", "has no url")
        return
    text = str(pattern.get("text") or "Trace")
    kind, tags = str(pattern.get("type", "")), source.tags
    try:
        if kind == "logs":
            raise _NotKnown("LinkHub knows no fields of logs")
        if kind not in {"traces", "tags", "process"}:
            raise _NotKnown(f"the type {kind or 'that is missing'} is none that is known")
        if "{{" in pattern["url"] + text:
            raise _NotKnown("it has {{, which begins a variable here")
        needs: list[str] = []
        template = _translated(pattern["url"], kind, tags, needs)
        name = _translated(text, kind, tags, [])
        keys = [_map(tags, key) for key in _keys(pattern)] if kind != "traces" else []
    except _NotKnown as error:
        source.leave_out(loc, text, str(error))
        return
    rules = [{"variable": each, "op": "exists"} for each in dict.fromkeys([*keys, *needs])]
    when = {"all": rules} if rules else {}
    source.add(loc, {"name": name, "template": template, "level": "action", "when": when})


def _keys(pattern: dict[str, Any]) -> Iterator[str]:
    found = pattern.get("key")
    for key in found if isinstance(found, list) else [found]:
        if isinstance(key, str) and key:
            yield key


def _map(tags: str, key: str) -> str:
    return f"{tags}.{key}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) else f'{tags}["{key}"]'


def _translated(text: str, kind: str, tags: str, needs: list[str]) -> str:
    """The text in LinkHub's language; what has to be there for it is added to `needs`."""

    def replace(match: re.Match[str]) -> str:
        name, *functions = (part.strip() for part in match[1].split("|"))
        variable, is_time = _variable(name, kind, tags)
        if not is_time:
            needs.append(variable)
        return f"{{{{ {' | '.join([variable, *_filters(functions, is_time=is_time)])} }}}}"

    return _VARIABLE.sub(replace, text).strip()


def _variable(name: str, kind: str, tags: str) -> tuple[str, bool]:
    """LinkHub's name, and whether it is a time. Of a trace the fields are plain, else `trace.…`."""
    of_trace = name if kind == "traces" else name.removeprefix("trace.")
    if kind != "traces" and of_trace == name:
        return _map(tags, name), False
    if of_trace == "traceID":
        return "context.trace_id", False
    if of_trace in TIMES:
        return TIMES[of_trace], True
    if of_trace in {"duration", "traceName"}:
        raise _NotKnown(f"LinkHub has no value for #{{{name}}}")
    return _map(tags, of_trace), False


def _filters(functions: list[str], *, is_time: bool) -> list[str]:
    """Jaeger counts microseconds since 1970, and writes them so where nothing else is said."""
    filters, written = [], False
    for function in functions:
        word, *arguments = function.split()
        match word, arguments:
            case "add", [offset] if is_time and re.fullmatch(r"-?\d+", offset):
                filters.append(f'shift("{_seconds(int(offset))}s")')
            case "epoch_micros_to_date_iso", [] if is_time:
                filters.append('iso("ms")')
                written = True
            case _:
                raise _NotKnown(f"LinkHub cannot say the function {function}")
    return filters if written or not is_time else [*filters, "epoch_us"]


def _seconds(micros: int) -> int:
    if micros % MICROS:
        raise _NotKnown("a time is moved by whole seconds here")
    return micros // MICROS
