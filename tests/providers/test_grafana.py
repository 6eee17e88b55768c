"""Explore's two URL forms, against addresses that Grafana's own parser was run on."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from linkhub.links.providers import grafana
from linkhub.links.providers.explore_queries import read_queries
from tests.providers.factories import vectors

EXPLORE = {
    each["variant"].removeprefix("explore/"): each
    for each in vectors("urls.json")
    if each["tool"] == "grafana" and each["variant"].startswith("explore/")
}
BASE = "https://grafana.example.com"
SPAN = ("1700000000000", "1700003600000")
LOKI = '{namespace="flytesnacks-development", pod=~"f1a2b3c4-n0-0.*"} |= ``'


def test_it_writes_the_pane_of_a_metric() -> None:
    vector = EXPLORE["prometheus/panes"]
    expr = vector["inputs"]["expr"]
    query = {"expr": expr, "range": True, "instant": False, "editorMode": "code"}
    pane = grafana.pane("prometheus", "prom-uid", query, *SPAN)
    assert grafana.panes_url(BASE, {"lnk": pane}, "1") == vector["url"]


def test_it_writes_the_pane_of_a_trace() -> None:
    vector = EXPLORE["tempo/trace-id"]
    query = {"queryType": "traceql", "query": vector["inputs"]["trace_id"], "filters": []}
    pane = grafana.pane("tempo", "tempo-uid", query, *SPAN)
    assert grafana.panes_url(BASE, {"lnk": pane}, "1") == vector["url"]


def test_it_writes_two_panes() -> None:
    traces = '{ resource.service.name = "trainer" && span.flyte.run = "r7x2" }'
    panes = {
        "lgs": grafana.pane("loki", "loki-uid", {"expr": LOKI}, *SPAN),
        "trc": grafana.pane("tempo", "tempo-uid", {"queryType": "traceql", "query": traces}, *SPAN),
    }
    assert grafana.panes_url(BASE, panes, "1") == EXPLORE["split-view"]["url"]


def test_it_writes_the_older_form_as_an_object() -> None:
    queries = [{"refId": "A", "expr": LOKI}]
    span = {"from": SPAN[0], "to": SPAN[1]}
    state = {"datasource": "loki-uid", "queries": queries, "range": span}
    assert grafana.left_url(BASE, state, "1") == EXPLORE["legacy-left-object"]["url"]


def test_it_writes_the_older_form_as_a_list() -> None:
    state = [*SPAN, "loki-uid", {"refId": "A", "expr": LOKI}]
    assert grafana.left_url(BASE, state, "1") == EXPLORE["legacy-left-array"]["url"]


def test_it_doubles_percent_signs_in_the_older_form_alone() -> None:
    older = parse_qs(urlsplit(grafana.left_url(BASE, {"a": "100%"}, "1")).query)
    assert json.loads(older["left"][0]) == {"a": "100%25"}
    newer = parse_qs(urlsplit(grafana.panes_url(BASE, {"a": {"b": "100%"}}, "1")).query)
    assert json.loads(newer["panes"][0]) == {"a": {"b": "100%"}}


@pytest.mark.parametrize("variant", ["legacy-left-object", "legacy-left-array"])
def test_it_reads_the_query_of_every_form(variant: str) -> None:
    assert read_queries(EXPLORE[variant]["url"]) == (BASE, [LOKI])


def test_it_reads_the_queries_of_all_panes() -> None:
    base, (logs, traces) = read_queries(EXPLORE["split-view"]["url"]) or ("", ["", ""])
    assert (base, logs) == (BASE, LOKI)
    assert "flyte.run" in traces


def test_it_reads_the_base_with_its_path() -> None:
    url = EXPLORE["loki/panes/subpath"]["url"]
    assert read_queries(url) == (f"{BASE}/grafana", [LOKI])


@pytest.mark.parametrize(
    ("url", "queries"),
    [
        (f"{BASE}/explore", []),
        (f"{BASE}/explore?schemaVersion=1&panes=[]", []),
        (f"{BASE}/explore?panes={{%22a%22:{{%22queries%22:[1,{{%22expr%22:2}}]}}}}", []),
        (f"{BASE}/explore?left=[1,%22now%22]", []),
        (f"{BASE}/explore?left=7", []),
    ],
)
def test_it_reads_no_query_where_there_is_none(url: str, queries: list[str]) -> None:
    assert read_queries(url) == (BASE, queries)


DEEP: Any = "[" * 5_000


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/d/abc?panes={{}}",
        f"{BASE}/explore?panes={{",
        f"{BASE}/explore?panes={DEEP}",
        f"{BASE}/explore?{'a=1&' * 60}",
        "https://[/explore",
        "ftp://x/explore",
    ],
)
def test_it_reads_nothing_else(url: str) -> None:
    assert read_queries(url) is None
