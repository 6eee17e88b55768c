"""Logs of a whole run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers.explore_queries import read_queries
from tests.providers.factories import NAMES, OPEN, START_MS, a_grafana, a_request, vectors

PROVIDER = providers.get("grafana_workflow_logs")


def query_of(run: str = "r1abc", **params: str) -> str:
    built = PROVIDER.build(a_request(params, tool=a_grafana(), runname=run))
    found = read_queries(built.url)
    assert found is not None
    return found[1][0]


def test_it_selects_every_pod_of_the_run() -> None:
    assert query_of() == '{pod=~"r1abc-.*"} |= ``'


def test_it_gives_the_query_that_people_ask_for() -> None:
    assert query_of(label="app", suffix=".*") == '{app=~"r1abc.*"} |= ``'


def test_it_selects_by_the_runs_name_itself() -> None:
    assert query_of(label="run", matcher="=", filter="error") == '{run="r1abc"} |= "error"'


def test_it_escapes_a_hard_name_as_grafana_reads_it() -> None:
    # The entry has no queryType; everything else of its address is to the letter.
    (vector,) = (v for v in vectors("urls.json") if v["variant"].endswith("regex-prefix"))
    run = vector["inputs"]["run_name"]
    params = {"label": "app", "suffix": ".*", "padding": "0"}
    tool = a_grafana(loki_uid="loki-uid")
    built = PROVIDER.build(a_request(params, tool=tool, runname=run))
    assert built.url.replace("%22queryType%22%3A%22range%22%2C", "") == vector["url"]


def test_it_covers_the_time_of_the_run() -> None:
    url = PROVIDER.build(a_request({"padding": "1h"}, runendtime=OPEN)).url
    assert f"%22from%22%3A%22{START_MS - 3_600_000}%22%2C%22to%22%3A%22now%22" in url


def test_it_begins_with_the_runs_creation_before_its_start() -> None:
    start = a_request().values.plain["runstarttime"]
    built = PROVIDER.build(a_request(runstarttime=None, runcreatedtime=start))
    assert "runCreatedTime" in {part.variable for part in built.parts}


def test_it_uses_the_tools_settings_and_the_links_own_data_source() -> None:
    url = PROVIDER.build(a_request(tool=a_grafana(loki_uid="l1", org_id="7"))).url
    assert "%22uid%22%3A%22l1%22" in url
    assert url.endswith("&orgId=7")
    own = PROVIDER.build(a_request({"datasource_uid": "l2"}, tool=a_grafana(loki_uid="l1"))).url
    assert "%22uid%22%3A%22l2%22" in own


def test_it_waits_for_the_run() -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build(a_request(runname=None))
    assert error.value.names == ("runName",)


@pytest.mark.parametrize("params", [{"label": "a b"}, {"matcher": "~"}])
def test_it_fails_on_a_parameter_that_loki_could_not_read(params: dict[str, str]) -> None:
    with pytest.raises(Failed):
        PROVIDER.build(a_request(params))


def test_it_never_gives_a_url_that_grafana_misreads() -> None:
    bad = {v["url"] for v in vectors("urls.json") if v.get("negative")}
    built = {
        PROVIDER.build(a_request({"padding": "0", **params}, tool=a_grafana(loki_uid=uid))).url
        for params in ({}, {"label": "app", "suffix": ".*"})
        for uid in ("", "loki-uid", "other-uid")
    }
    assert not bad & built


@pytest.mark.parametrize("explore", ["panes", "left"])
@pytest.mark.parametrize("params", [{}, {"matcher": "=", "label": "run"}, {"filter": "x"}])
@pytest.mark.parametrize("run", ["r1abc", "r1-", 'r "x\\y` 100%|{}+é😀'])
def test_it_identifies_its_own_links(explore: str, params: dict[str, str], run: str) -> None:
    request = a_request(params, tool=a_grafana(explore=explore), runname=run)
    found = PROVIDER.identify(PROVIDER.build(request).url)
    assert found is not None
    assert (found.base_url, found.parts) == ("https://grafana.example.com", {"run": run})


@settings(deadline=None)
@given(run=NAMES, explore=st.sampled_from(["panes", "left"]))
def test_it_identifies_any_name(run: str, explore: str) -> None:
    request = a_request(tool=a_grafana(explore=explore), runname=run)
    found = PROVIDER.identify(PROVIDER.build(request).url)
    assert found is not None
    assert found.parts == {"run": run}


def test_it_does_not_identify_the_logs_of_a_pod() -> None:
    pod = providers.get("grafana_pod_logs").build(a_request())
    assert PROVIDER.identify(pod.url) is None
    assert PROVIDER.identify("https://g.test/d/abc") is None
