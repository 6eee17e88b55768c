"""Just enough of Loki's query language to select the streams of a pod or run, and to read it back.

Literals follow Go: in double quotes with backslash escapes, or in backticks without any.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from linkhub.links.language.errors import Failed
from linkhub.links.language.nested import json_inner

_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_MATCHER: Final = re.compile(
    r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|=)\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`)\s*([,}])'
)
_REGEX_META: Final = {ord(sign): "\\" + sign for sign in "()[]{}?*+|^$\\.&~# \t\n\r\v\f"}
_REGEX_PIECE: Final = re.compile(r"\\([^a-zA-Z0-9])|([^\\()\[\]{}?*+|^$.])")


@dataclass(frozen=True, slots=True)
class Matcher:
    label: str
    operator: str
    value: str


def label(name: str) -> str:
    """The name, if Loki can have such a label; labels of Kubernetes arrive with `_`."""
    if not _LABEL.match(name):
        better = re.sub(r"[^a-zA-Z0-9_]", "_", name[:60])
        raise Failed(f"`{name[:60]}` is not a label of Loki; it may be there as `{better}`")
    return name


def body(value: str) -> str:
    """The inside of a double-quoted literal; JSON's escapes are all Go's."""
    return json_inner(value)


def regex_body(value: str) -> str:
    """The inside of a double-quoted regular expression that matches `value` itself."""
    return body(regex_text(value))


def regex_text(value: str) -> str:
    """A regular expression that matches `value` itself, as it is outside of any literal."""
    return value.translate(_REGEX_META)


def line_filter(text: str) -> str:
    """Lines that contain `text`; all lines where it is empty, as Grafana's own builder has it."""
    return f'|= "{body(text)}"' if text else "|= ``"


def read_selector(query: str) -> tuple[Matcher, ...]:
    """The matchers that a query begins with; none where it does not begin with plain ones."""
    start = re.match(r"\s*\{", query)
    found: list[Matcher] = []
    at = start.end() if start else len(query)
    while match := _MATCHER.match(query, at):
        name, operator, literal, end = match.groups()
        value = _unquote(literal)
        if value is None:
            break
        found.append(Matcher(name, operator, value))
        if end == "}":
            return tuple(found)
        at = match.end()
    return ()


def literal_prefix(regex: str) -> tuple[str, str]:
    """The text that every match begins with, and the rest of the expression."""
    text, at = [], 0
    while match := _REGEX_PIECE.match(regex, at):
        text.append(match[1] or match[2])
        at = match.end()
    return "".join(text), regex[at:]


def literal_value(matcher: Matcher) -> str:
    """The value that a matcher stands for, or as much of it as a prefix matcher begins with."""
    if matcher.operator == "=":
        return matcher.value
    name, rest = literal_prefix(matcher.value)
    return name if rest in {"", ".*"} else ""


def _unquote(literal: str) -> str | None:
    if literal.startswith("`"):
        return literal[1:-1]
    try:
        return str(json.loads(literal))
    except ValueError:
        return None  # escapes that only Go has: not one of our links
