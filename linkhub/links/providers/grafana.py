"""Grafana's Explore: the two forms of its URL, how a Loki query gets into it, and back out.

Formats: Grafana's `parseURL.ts` and `migrators/v1.ts`, run on these very URLs. Three things in
them fail without a word: `panes` is ignored without `schemaVersion`, a range whose ends are not
strings becomes the last hour, and a query of another data source than its pane's is dropped.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.language.nested import json_inner
from linkhub.links.language.template import Part
from linkhub.links.language.times import as_time, parse_duration, shifted, since_epoch
from linkhub.links.language.values import OpenEnd
from linkhub.links.providers.base import Built, Parameter, Request, ToolFacts, joined

DEFAULT_BASE_URL: Final = "http://localhost:3000"

TOOL_SETTINGS: Final = (
    Parameter("loki_uid", "Loki data source", "Uid of the Loki data source.", default="loki"),
    Parameter("org_id", "Organisation", "Grafana's organisation id.", default="1"),
    Parameter(
        "explore",
        "Form of Explore links",
        "`panes` for Grafana 10 and later, `left` for Grafana 7 to 9.",
        default="panes",
        choices=("panes", "left"),
    ),
)

COMMON_PARAMETERS: Final = (
    Parameter("filter", "Line filter", "Only lines with this text; empty: all lines."),
    Parameter(
        "padding",
        "Padding",
        "Time added before the start and after the end, such as `30s`, `5m` or `1h`.",
        default="5m",
    ),
    Parameter("datasource_uid", "Loki data source", "Uid; empty: the tool's `loki_uid`."),
)

Piece = tuple[str, str | None]
"""A text of the query, escaped as its place in the query needs, and the variable behind it."""

_MILLISECOND: Final = timedelta(milliseconds=1)
_HOLES: Final = ("\ue000", "\ue001", "\ue002")
"""Stand-ins for query, start and end: private characters, which no setting holds."""

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


def loki_link(request: Request, query: Iterable[Piece], span: tuple[Piece, Piece]) -> Built:
    """A Loki query in Explore, between two moments as `padded_span` gives them."""
    tool = request.tool
    form = _form(tool)
    frame = _loki_frame(
        (tool and tool.base_url.rstrip("/")) or DEFAULT_BASE_URL,
        request.text("datasource_uid") or (tool and tool.setting("loki_uid")) or "loki",
        (tool and tool.setting("org_id")) or "1",
        form,
    )
    encode = _encode_left if form == "left" else _encode_panes
    (start, start_variable), (end, end_variable) = span
    parts = [
        Part(frame[0], None),
        *[Part(encode(text), variable) for text, variable in query],
        Part(frame[1], None),
        Part(start, start_variable),
        Part(frame[2], None),
        Part(end, end_variable),
        Part(frame[3], None),
    ]
    return Built(joined(parts), tuple(parts))


def padded_span(
    request: Request, starts: Sequence[str], ends: Sequence[str]
) -> tuple[Piece, Piece]:
    """Start and end in epoch milliseconds, padded; the end is `now` while there is none.

    The first of the variables that has a value counts. Raises MissingVariables without a start.
    """
    padding = _padding(request.text("padding", "5m"))
    start, start_name = _first(request, starts)
    end, end_name = _first(request, ends)
    if start is None or isinstance(start, OpenEnd):
        raise MissingVariables((starts[0],))
    finish = "now" if end is None or isinstance(end, OpenEnd) else _epoch_ms(end, padding)
    return (_epoch_ms(start, -padding), start_name), (finish, end_name)


def read_queries(url: str) -> tuple[str, list[str]] | None:
    """Base URL and queries of an Explore URL in either form, whether we or Grafana wrote it."""
    try:
        split = urlsplit(url)
        fields = parse_qs(split.query, max_num_fields=50)
        panes = _panes(fields)
    except (ValueError, RecursionError):
        return None
    path = split.path.rstrip("/")
    base = path.removesuffix("/explore")
    if split.scheme not in {"http", "https"} or not split.netloc or base == path:
        return None
    return f"{split.scheme}://{split.netloc}{base}", [expr for one in panes for expr in _exprs(one)]


def _panes(fields: Mapping[str, list[str]]) -> list[Any]:
    if "panes" in fields:
        panes = json.loads(fields["panes"][0])
        return list(panes.values()) if isinstance(panes, dict) else []
    left = fields.get("left", ["{}"])[0]
    return [json.loads(left.replace("%25", "%"))]


def _exprs(state: Any) -> list[str]:
    """The queries of a pane; the older `left` can be a list that holds them among other things."""
    queries = state.get("queries") if isinstance(state, dict) else state
    found = [one.get("expr") for one in _listed(queries) if isinstance(one, dict)]
    return [expr for expr in found if isinstance(expr, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _form(tool: ToolFacts | None) -> str:
    form = tool.setting("explore", "panes") if tool else "panes"
    if form not in {"panes", "left"}:
        raise Failed(f"setting `explore` of the tool is `{form[:40]}`, but must be panes or left")
    return form


def _first(request: Request, names: Sequence[str]) -> tuple[datetime | OpenEnd | None, str | None]:
    for name in names:
        value = request.value(name)
        if value is not None:
            return as_time(value), name
    return None, None


def _epoch_ms(moment: datetime, by: timedelta) -> str:
    """The moment moved; raises Failed where that leaves the calendar."""
    moved = shifted(moment, by)
    assert isinstance(moved, datetime)
    return since_epoch(moved, _MILLISECOND)


@lru_cache(maxsize=256)
def _padding(text: str) -> timedelta:
    try:
        padding = parse_duration(text if text != "0" else "0s")
    except ValueError as error:
        raise Failed(f"parameter `padding` is `{text[:40]}`: {error}") from None
    return abs(padding)


@lru_cache(maxsize=1024)
def _loki_frame(base_url: str, uid: str, org_id: str, form: str) -> tuple[str, str, str, str]:
    """What stands before, between and after query, start and end: the tool's part of the URL."""
    expr, start, end = _HOLES
    if form == "left":
        queries = [{"refId": "A", "expr": expr}]
        state = {"datasource": uid, "queries": queries, "range": {"from": start, "to": end}}
        url = left_url(base_url, state, org_id)
    else:
        loki = pane("loki", uid, {"expr": expr, "queryType": "range"}, start, end)
        url = panes_url(base_url, {"lnk": loki}, org_id)
    before, _, rest = url.partition(_percent(expr))
    middle, _, rest = rest.partition(_percent(start))
    between, _, after = rest.partition(_percent(end))
    return before, middle, between, after


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
