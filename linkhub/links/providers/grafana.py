"""Grafana's Explore: the two forms of its URL, how a Loki query gets into it, and back out.

Formats: Grafana's `parseURL.ts` and `migrators/v1.ts`, run on these very URLs. Three things in
them fail without a word: `panes` is ignored without `schemaVersion`, a range whose ends are not
strings becomes the last hour, and a query of another data source than its pane's is dropped.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.language.nested import json_inner
from linkhub.links.language.template import Part
from linkhub.links.language.times import since_epoch
from linkhub.links.language.values import OpenEnd
from linkhub.links.providers.base import Built, Parameter, Request, ToolFacts, joined
from linkhub.links.providers.spans import PADDING, padded

DEFAULT_BASE_URL: Final = "http://localhost:3000"
VERSIONS: Final = "10 to 13; 7 to 9 with the tool's setting `explore` = `left`"
SOURCE: Final = (
    "grafana/grafana `public/app/features/explore/hooks/useStateSync`, executed with "
    "`@grafana/data` 13.2"
)

TOOL_SETTINGS: Final = (
    Parameter("loki_uid", "Loki data source", "Uid of the Loki data source.", default="loki"),
    Parameter(
        "prometheus_uid",
        "Prometheus data source",
        "Uid of the Prometheus data source.",
        default="prometheus",
    ),
    Parameter("tempo_uid", "Tempo data source", "Uid of the Tempo data source.", default="tempo"),
    Parameter("org_id", "Organisation", "Grafana's organisation id.", default="1"),
    Parameter(
        "explore",
        "Form of Explore links",
        "`panes` for Grafana 10 and later, `left` for Grafana 7 to 9, `list` for those before.",
        default="panes",
        choices=("panes", "left", "list"),
    ),
)

TIME_PARAMETERS: Final = (
    PADDING,
    Parameter("from", "From", "Empty: the start. Such as `now-6h`, or epoch milliseconds."),
    Parameter("to", "To", "Empty: the end, `now` while there is none."),
)
FILTER: Final = Parameter(
    "filter", "Line filter", "Only lines with this text; empty: all lines.", example="error"
)
LOKI_UID: Final = Parameter(
    "datasource_uid", "Loki data source", "Uid; empty: the tool's `loki_uid`."
)
COMMON_PARAMETERS: Final = (
    FILTER,
    *TIME_PARAMETERS,
    Parameter(
        "query_type",
        "Query type",
        "Loki's; `none` leaves it to Grafana.",
        default="range",
        choices=("range", "instant", "none"),
    ),
    LOKI_UID,
)

HOLES: Final = ("\ue000", "\ue001", "\ue002", "\ue003")
"""Stand-ins for query, start, end and a second query: private characters, which nobody writes."""

Piece = tuple[str, str | None]
"""A text of the query, escaped as its place in the query needs, and the variable behind it."""

_FORMS: Final = ("panes", "left", "list")
_TIME: Final = re.compile(
    r"[0-9]{13}"
    r"|now([+-][0-9]+[smhdwMQy])*(/f?[smhdwMQy])?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z| [0-9:]{8})"
)
_MILLISECOND: Final = timedelta(milliseconds=1)

Query = Mapping[str, Any]


def panes_url(base_url: str, panes: Mapping[str, Mapping[str, Any]], org_id: str) -> str:
    """Explore since Grafana 10; `panes` as Grafana's own JSON has them, one to a half screen."""
    state = _percent(_compact(panes))
    return f"{base_url}/explore?schemaVersion=1&panes={state}&orgId={_percent(org_id)}"


def left_url(base_url: str, left: Query | Sequence[Any], org_id: str) -> str:
    """Explore of Grafana 7 to 9, which decodes the value once too often: `%` goes in twice."""
    text = _compact(left).replace("%", "%25")
    return f"{base_url}/explore?orgId={_percent(org_id)}&left={_percent(text)}"


def pane(kind: str, uid: str, query: Query, start: str, end: str) -> dict[str, Any]:
    """One pane with one query of a data source of that kind."""
    queries = [{"refId": "A", **query, "datasource": {"type": kind, "uid": uid}}]
    return {"datasource": uid, "queries": queries, "range": {"from": start, "to": end}}


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of data source in Explore: the tool's setting with its uid, and the shape of a query.

    `query` is the query of the modern form, its text left as a hole; `older` is that of `left`.
    """

    kind: str
    setting: str
    query: tuple[tuple[str, Any], ...]
    older: tuple[tuple[str, Any], ...]

    def uid(self, request: Request) -> str:
        given = request.text("datasource_uid")
        return given or (request.tool and request.tool.setting(self.setting)) or self.kind


_TEXT: Final = HOLES[0]
LOKI: Final = Source(
    "loki", "loki_uid", (("expr", _TEXT), ("queryType", "range")), (("expr", _TEXT),)
)
_LOKI_BY_TYPE: Final = {
    "range": LOKI,
    "instant": replace(LOKI, query=(("expr", _TEXT), ("queryType", "instant"))),
    "none": replace(LOKI, query=LOKI.older),
}
PROMETHEUS: Final = Source(
    "prometheus",
    "prometheus_uid",
    (("expr", _TEXT), ("range", True), ("instant", False), ("editorMode", "code")),
    (("expr", _TEXT), ("range", True)),
)
_TRACEQL: Final = (("queryType", "traceql"), ("query", _TEXT), ("filters", ()))
TEMPO: Final = Source("tempo", "tempo_uid", _TRACEQL, _TRACEQL)


def loki_link(request: Request, query: Iterable[Piece], times: tuple[Piece, Piece]) -> Built:
    """A Loki query in Explore, between two moments as `span` gives them."""
    source = _LOKI_BY_TYPE[request.choice("query_type", tuple(_LOKI_BY_TYPE))]
    return explore_link(request, source, query, times)


def explore_link(
    request: Request, source: Source, query: Iterable[Piece], times: tuple[Piece, Piece]
) -> Built:
    """A query of some data source in Explore, in the form that the tool's version reads."""
    tool = request.tool
    form = _form(tool)
    frame = _frame(base_url(tool), source, source.uid(request), organisation(tool), form)
    return fill(frame, ((*query,), (times[0],), (times[1],)), form)


def organisation(tool: ToolFacts | None) -> str:
    return (tool and tool.setting("org_id")) or "1"


def fill(frame: Sequence[str | int], pieces: Sequence[Iterable[Piece]], form: str) -> Built:
    """The frame with the pieces of each hole, encoded as the form needs."""
    encode = _encode_panes if form == "panes" else _encode_left
    parts: list[Part] = []
    for each in frame:
        if isinstance(each, str):
            parts.append(Part(each, None))
        else:
            parts += [Part(encode(text), variable) for text, variable in pieces[each]]
    return Built(joined(parts), tuple(parts))


def split_at_holes(url: str) -> tuple[str | int, ...]:
    """The texts of a URL, with the number of a hole between them."""
    marks = {_percent(hole): number for number, hole in enumerate(HOLES)}
    found = re.split(f"({'|'.join(map(re.escape, marks))})", url)
    return tuple(marks.get(each, each) for each in found if each)


def base_url(tool: ToolFacts | None) -> str:
    return (tool and tool.base_url.rstrip("/")) or DEFAULT_BASE_URL


def span(request: Request, starts: Sequence[str], ends: Sequence[str]) -> tuple[Piece, Piece]:
    """The times that a definition gives, else those of what the link is for.

    Raises Failed on a time that Grafana would take for another, often for 1970, and
    MissingVariables where there is no start.
    """
    given = {name: request.text(name) for name in ("from", "to")}
    for name, text in given.items():
        if text and not _TIME.fullmatch(text):
            raise Failed(f"parameter `{name}` is `{text[:40]}`, which Grafana takes for 1970")
    if all(given.values()):
        return (given["from"], None), (given["to"], None)
    start, end = _padded_span(request, starts, ends)
    return (given["from"], None) if given["from"] else start, (
        (given["to"], None) if given["to"] else end
    )


def _padded_span(
    request: Request, starts: Sequence[str], ends: Sequence[str]
) -> tuple[Piece, Piece]:
    """Start and end in epoch milliseconds, padded; the end is `now` while there is none."""
    start, end = padded(request, starts, ends, request.text("padding", "5m"))
    if start.time is None or isinstance(start.time, OpenEnd):
        raise MissingVariables((starts[0],))
    begins = since_epoch(start.time, _MILLISECOND)
    if end.time is None or isinstance(end.time, OpenEnd):
        return (begins, start.variable), ("now", end.variable)
    return (begins, start.variable), (since_epoch(end.time, _MILLISECOND), end.variable)


def _form(tool: ToolFacts | None) -> str:
    form = tool.setting("explore", "panes") if tool else "panes"
    if form not in _FORMS:
        wanted = " or ".join(_FORMS)
        raise Failed(f"setting `explore` of the tool is `{form[:40]}`, but must be {wanted}")
    return form


@lru_cache(maxsize=1024)
def _frame(base: str, source: Source, uid: str, org_id: str, form: str) -> tuple[str | int, ...]:
    """What stands before, between and after query, start and end: the tool's part of the URL."""
    _, start, end = HOLES[:3]
    older = {"refId": "A", **dict(source.older)}
    if form == "list":
        url = left_url(base, [start, end, uid, older], org_id)
    elif form == "left":
        times = {"from": start, "to": end}
        url = left_url(base, {"datasource": uid, "queries": [older], "range": times}, org_id)
    else:
        panes = {"lnk": pane(source.kind, uid, dict(source.query), start, end)}
        url = panes_url(base, panes, org_id)
    return split_at_holes(url)


@lru_cache(maxsize=4096)
def _encode_panes(text: str) -> str:
    return _percent(json_inner(text))


@lru_cache(maxsize=4096)
def _encode_left(text: str) -> str:
    return _percent(json_inner(text).replace("%", "%25"))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _percent(text: str) -> str:
    return quote(text, safe="")
