"""Addresses that the tools' own builders and parsers stand for, and those that nobody may give.

An entry's `linkhub` names the provider and what it is asked; `completed_from_url` lists what of
that the entry's own inputs leave out and its URL says.
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links import providers
from linkhub.links.language.errors import LanguageError
from linkhub.links.providers import ToolFacts
from tests.providers.factories import END, OPEN, START, a_request, asked, vectors

VECTORS = vectors("urls.json")
GOOD = [each for each in VECTORS if not each.get("negative")]
BAD = [each for each in VECTORS if each.get("negative")]
HOSTS = UrlPolicy(variable_hosts=("*",))


def name_of(vector: dict[str, Any]) -> str:
    return f"{vector['tool']}: {vector['variant']}"


@pytest.mark.parametrize("vector", GOOD, ids=name_of)
def test_it_gives_the_tools_own_address(vector: dict[str, Any]) -> None:
    provider, request = asked(vector)
    built = provider.build(request)
    assert built.url == vector["url"]
    assert "".join(part.text for part in built.parts) == built.url
    assert check_url(built.url, origin=HostOrigin.ADMIN, policy=UrlPolicy()) is None


@pytest.mark.parametrize("vector", GOOD, ids=name_of)
def test_it_identifies_the_tools_own_address(vector: dict[str, Any]) -> None:
    provider, _ = asked(vector)
    found = provider.identify(vector["url"])
    assert found is not None
    assert vector["url"].startswith(found.base_url)


def test_it_names_what_is_read_from_the_url() -> None:
    for ask in (vector["linkhub"] for vector in GOOD):
        parts = ("params", "settings", "values")
        known = {f"{part}.{name}" for part in parts for name in ask.get(part, {})}
        assert set(ask.get("completed_from_url", ())) <= {"base_url", *known}


# What makes a URL negative, one rule a tool: what its parser would not read, or read wrongly.


def grafana_is_bad(url: str) -> bool:
    fields = parse_qs(urlsplit(url).query)
    if re.search("%(?![0-9A-Fa-f]{2})", url):
        return True
    if "panes" in fields:
        return "schemaVersion" not in fields or any(map(pane_is_bad, panes(url)))
    times = [value for name in ("from", "to") for value in fields.get(name, [])]
    readable = r"[0-9]{13}|now.*|.{10}T.{8}\.[0-9]{3}Z|.{10} .{8}"
    return any(not re.fullmatch(readable, time) for time in times)


def panes(url: str) -> Iterable[dict[str, Any]]:
    text = dict(parse_qsl(urlsplit(url).query))["panes"]
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found.values()


def pane_is_bad(pane: dict[str, Any]) -> bool:
    span, queries = pane.get("range", {}), pane.get("queries", [])
    uids = {query.get("datasource", {}).get("uid", pane["datasource"]) for query in queries}
    strings = all(isinstance(span.get(end), str) for end in ("from", "to"))
    literals = [literal for query in queries for literal in literals_of(query.get("expr", ""))]
    return not strings or uids != {pane["datasource"]} or any(map(literal_is_bad, literals))


def literals_of(expr: str) -> list[str]:
    return re.findall(r'"((?:[^"\\]|\\.)*)"', expr)


def literal_is_bad(literal: str) -> bool:
    return bool(re.search(r"\\(?![abfnrtv\\\"xuU0-7])", re.sub(r"\\\\", "", literal)))


def has_no_hash(url: str) -> bool:
    return "#" not in url


def kibana_is_bad(url: str) -> bool:
    ends = re.findall(r"(?:from|to):([^,)]*)", unquote(urlsplit(url).fragment))
    return any(not end.startswith(("'", "now")) for end in ends)


def datadog_is_bad(url: str) -> bool:
    fields = parse_qs(urlsplit(url).query)
    times = [value for name in ("from_ts", "to_ts") for value in fields.get(name, [])]
    return any(not re.fullmatch(r"[0-9]{13}", time) for time in times)


def sentry_is_bad(url: str) -> bool:
    fields = parse_qs(urlsplit(url).query)
    projects = fields.get("project", ["-1"])
    numeric = all(re.fullmatch(r"-1|[0-9]+", project) for project in projects)
    return ("statsPeriod" in fields and "start" in fields) or not numeric


RULES: dict[str, Callable[[str], bool]] = {
    "grafana": grafana_is_bad,
    "mlflow": has_no_hash,
    "kibana": kibana_is_bad,
    "ray": has_no_hash,
    "datadog": datadog_is_bad,
    "sentry": sentry_is_bad,
}


@pytest.mark.parametrize("vector", BAD, ids=name_of)
def test_its_rules_know_the_negative_addresses(vector: dict[str, Any]) -> None:
    assert RULES[vector["tool"]](vector["url"])


@pytest.mark.parametrize("vector", [v for v in GOOD if v["tool"] in RULES], ids=name_of)
def test_its_rules_let_the_tools_own_addresses_be(vector: dict[str, Any]) -> None:
    if "Databricks" not in vector["variant"]:
        assert not RULES[vector["tool"]](vector["url"])


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
HARD = st.sampled_from(
    ['a"b', "100%", "a\\.b", "x'y!", "1700000000", "now", "my-proj", "-1", "", "/"]
)
TIMES = st.sampled_from([START, END, START.replace(microsecond=123_456), None])


@st.composite
def asks(draw: st.DrawFn) -> tuple[providers.Provider, dict[str, str], dict[str, Any]]:
    provider = draw(st.sampled_from([p for p in providers.all() if p.tool_kind in RULES]))
    params: dict[str, str] = {}
    for each in provider.parameters:
        options = [WORDS, HARD, st.just(""), st.just(each.example)]
        options += [st.sampled_from(each.choices)] if each.choices else []
        params[each.name] = draw(st.one_of(options))
    if params.get("padding"):
        params["padding"] = draw(st.sampled_from(["", "0", "30s", "1h"]))
    names = {name: draw(WORDS | HARD) for name in ("runname", "podname", "namespace", "actionname")}
    start, end = draw(TIMES), draw(TIMES | st.just(OPEN))
    values = {**names, "podrfc3339starttime": start, "starttime": start, "runstarttime": start}
    values |= {"podrfc3339finishtime": end, "endtime": end, "runendtime": end}
    return provider, params, values


@settings(max_examples=int(os.environ.get("LINKHUB_EXAMPLES", "150")), deadline=None)
@given(asks())
def test_it_never_gives_a_negative_address(
    ask: tuple[providers.Provider, dict[str, str], dict[str, Any]],
) -> None:
    provider, params, values = ask
    tool = ToolFacts("tool", provider.tool_kind, "https://tool.example.com")
    try:
        url = provider.build(a_request(params, tool=tool, **values)).url
    except LanguageError:
        return
    if provider.kind != "mlflow_task":
        assert not RULES[provider.tool_kind](url)
    assert url not in {vector["url"] for vector in BAD}
