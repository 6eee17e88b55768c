"""Logs of one pod."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers import ToolFacts, grafana
from linkhub.links.providers.explore_queries import read_queries
from tests.providers.factories import (
    END_MS,
    NAMES,
    OPEN,
    START,
    START_MS,
    a_grafana,
    a_request,
    vectors,
)

PROVIDER = providers.get("grafana_pod_logs")
POD = {"namespace": "flytesnacks-development", "pod": "r1abc-act1-0"}


def query_of(**params: str) -> str:
    built = PROVIDER.build(a_request(params, tool=a_grafana()))
    found = read_queries(built.url)
    assert found is not None
    return found[1][0]


def test_it_gives_the_address_that_grafana_was_run_on() -> None:
    vector = vectors("urls.json")[0]
    tool = ToolFacts("g", "grafana", vector["inputs"]["base"], {"loki_uid": "loki-uid"})
    params = {"matcher": "=~", "padding": "0"}
    built = PROVIDER.build(a_request(params, tool=tool, podname="f1a2b3c4-n0-0"))
    assert built.url == vector["url"]


def test_it_gives_the_older_form_for_old_servers() -> None:
    (vector,) = (v for v in vectors("urls.json") if v["variant"] == "explore/legacy-left-object")
    tool = a_grafana(loki_uid="loki-uid", explore="left")
    params = {"matcher": "=~", "padding": "0"}
    built = PROVIDER.build(a_request(params, tool=tool, podname="f1a2b3c4-n0-0"))
    assert built.url == vector["url"]


def test_it_selects_the_pod_itself() -> None:
    expected = '{namespace="flytesnacks-development", pod="r1abc-act1-0"} |= ``'
    assert query_of() == expected


def test_it_selects_by_other_labels_and_text() -> None:
    found = query_of(namespace_label="ns", pod_label="pod_name", filter='a"b')
    assert found == '{ns="flytesnacks-development", pod_name="r1abc-act1-0"} |= "a\\"b"'


def test_it_can_leave_the_namespace_out() -> None:
    assert query_of(namespace_label="none") == '{pod="r1abc-act1-0"} |= ``'


def test_it_stands_on_localhost_without_a_tool() -> None:
    assert PROVIDER.build(a_request()).url.startswith("http://localhost:3000/explore?")


@pytest.mark.parametrize("base", ["", "https://g.test/sub/", "https://g.test/sub"])
def test_it_stands_on_the_tools_base(base: str) -> None:
    built = PROVIDER.build(a_request(tool=ToolFacts("g", "grafana", base)))
    expected = "https://g.test/sub" if base else "http://localhost:3000"
    assert built.url.startswith(f"{expected}/explore?schemaVersion=1&panes=")


def test_it_pads_the_time_by_five_minutes() -> None:
    url = PROVIDER.build(a_request()).url
    assert f"%22from%22%3A%22{START_MS - 300_000}%22%2C%22to%22%3A%22{END_MS + 300_000}%22" in url


def test_it_ends_now_while_the_pod_runs() -> None:
    built = PROVIDER.build(a_request(podrfc3339finishtime=OPEN))
    assert "%22to%22%3A%22now%22" in built.url
    assert not built.depends_on_now


def test_it_takes_the_time_of_what_holds_the_pod() -> None:
    later = START + timedelta(hours=1)
    request = a_request({"padding": "0"}, podrfc3339starttime=None, attemptstarttime=later)
    assert f"%22from%22%3A%22{START_MS + 3_600_000}%22" in PROVIDER.build(request).url


@pytest.mark.parametrize("variable", ["podName", "namespace"])
def test_it_waits_for_pod_and_namespace(variable: str) -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build(a_request(**{variable.lower(): ""}))
    assert error.value.names == (variable,)


def test_it_waits_for_a_start() -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build(a_request(podrfc3339starttime=None, runstarttime=None))
    assert error.value.names == ("podRFC3339StartTime",)


@pytest.mark.parametrize(
    "params",
    [{"padding": "soon"}, {"matcher": "!="}, {"pod_label": "a.b"}, {"namespace_label": "a-b"}],
)
def test_it_fails_on_a_parameter_that_grafana_could_not_read(params: dict[str, str]) -> None:
    with pytest.raises(Failed):
        PROVIDER.build(a_request(params))


def test_it_fails_on_a_form_that_does_not_exist() -> None:
    with pytest.raises(Failed, match="panes or left"):
        PROVIDER.build(a_request(tool=a_grafana(explore="right")))


def test_it_says_which_part_came_from_what() -> None:
    built = PROVIDER.build(a_request())
    assert [part.variable for part in built.parts if part.variable] == [
        "namespace",
        "podName",
        "podRFC3339StartTime",
        "podRFC3339FinishTime",
    ]


@pytest.mark.parametrize("explore", ["panes", "left"])
@pytest.mark.parametrize("matcher", ["=", "=~"])
@pytest.mark.parametrize("name", ["r1abc-act1-0", 'p "x\\y` 100%|{}+é😀'])
def test_it_identifies_its_own_links(explore: str, matcher: str, name: str) -> None:
    params = {"matcher": matcher, "filter": "x"}
    request = a_request(params, tool=a_grafana(explore=explore), podname=name)
    found = PROVIDER.identify(PROVIDER.build(request).url)
    assert found is not None
    assert found.base_url == "https://grafana.example.com"
    assert found.parts == {**POD, "pod": name}


@settings(deadline=None)
@given(pod=NAMES, namespace=NAMES, explore=st.sampled_from(["panes", "left"]))
def test_it_identifies_any_name(pod: str, namespace: str, explore: str) -> None:
    request = a_request(tool=a_grafana(explore=explore), podname=pod, namespace=namespace)
    found = PROVIDER.identify(PROVIDER.build(request).url)
    assert found is not None
    assert found.parts == {"pod": pod, "namespace": namespace}


def test_it_identifies_a_pod_alone() -> None:
    found = PROVIDER.identify(PROVIDER.build(a_request({"namespace_label": "none"})).url)
    assert found is not None
    assert found.parts == {"pod": "r1abc-act1-0"}


def test_it_does_not_identify_a_query_for_much_else() -> None:
    pane = grafana.pane("loki", "l", {"expr": '{a="1", b="2", c="3"}'}, "now-1h", "now")
    assert PROVIDER.identify(grafana.panes_url("https://g.test", {"a": pane}, "1")) is None
    assert PROVIDER.identify("https://g.test/d/abc") is None


def test_it_shows_the_time_that_is_asked_for() -> None:
    url = PROVIDER.build(a_request({"from": "now-6h", "to": "now"})).url
    assert url.endswith("%22from%22%3A%22now-6h%22%2C%22to%22%3A%22now%22%7D%7D%7D&orgId=1")
    with pytest.raises(Failed, match="1970"):
        PROVIDER.build(a_request({"from": "1700000000"}))
