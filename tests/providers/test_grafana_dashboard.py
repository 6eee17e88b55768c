"""Dashboards: variables, and times that Grafana reads."""

from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import Failed, MissingVariables
from tests.providers.factories import END_MS, OPEN, START_MS, a_grafana, a_request

PROVIDER = providers.get("grafana_dashboard")
BASE = "https://grafana.example.com/d/abc"


def url_of(settings: dict[str, str] | None = None, **params: Any) -> str:
    values = {"endtime": params.pop("end")} if "end" in params else {}
    given = {"uid": "abc", "padding": "0", **params}
    return PROVIDER.build(a_request(given, tool=a_grafana(**(settings or {})), **values)).url


def test_it_shows_the_time_of_the_action() -> None:
    assert url_of() == f"{BASE}?from={START_MS}&to={END_MS}"
    wider = START_MS - 300_000, END_MS + 300_000
    assert url_of(padding="5m") == f"{BASE}?from={wider[0]}&to={wider[1]}"
    assert url_of(end=OPEN).endswith("&to=now")


def test_it_gives_a_variable_each_of_its_values() -> None:
    url = url_of(**{"var-pod": "p&q", "var-ns": '["a", "b"]', "var-no": "", "from": "now-1h"})
    assert url.endswith("&var-pod=p%26q&var-ns=a&var-ns=b")


def test_it_takes_what_is_no_list_as_it_is() -> None:
    assert url_of(**{"var-x": "[a"}).endswith("&var-x=%5Ba")


def test_it_takes_a_value_of_the_run_as_one() -> None:
    given = {"uid": "a", "var-pod": '["a", "b"]'}
    request = a_request(given, variable_params=frozenset({"var-pod"}))
    assert PROVIDER.build(request).url.endswith("var-pod=%5B%22a%22%2C%20%22b%22%5D")


def test_it_opens_a_panel_of_the_organisation() -> None:
    url = url_of({"org_id": "7"}, slug="s", panel="panel-3", timezone="utc", refresh="30s")
    assert url == (
        f"{BASE}/s?orgId=7&from={START_MS}&to={END_MS}&timezone=utc&viewPanel=panel-3&refresh=30s"
    )


def test_it_shows_no_menus() -> None:
    assert url_of(kiosk=True).endswith(f"&to={END_MS}&kiosk")


def test_it_shows_one_panel_alone() -> None:
    url = url_of(view="solo", panel="panel-3", **{"from": "now-1h", "to": "now"})
    assert url == "https://grafana.example.com/d-solo/abc?from=now-1h&to=now&panelId=panel-3"


@pytest.mark.parametrize(
    "time", ["now-6h", "now/d", "1700000000000", "2023-11-14T22:13:20.000Z", "2023-11-14 22:13:20"]
)
def test_it_takes_a_time_that_grafana_reads(time: str) -> None:
    assert f"?from={time.replace(' ', '%20').replace('/', '%2F')}&" in url_of(**{"from": time})


@pytest.mark.parametrize(
    "time",
    ["1700000000", "1700000000000000000", "2023-11-14T22:13:20Z", "2023-11-14T22:13:20+00:00"],
)
def test_it_fails_on_a_time_that_grafana_takes_for_1970(time: str) -> None:
    with pytest.raises(Failed, match="1970"):
        url_of(**{"from": time})


def test_it_fails_on_a_parameter_that_is_no_variable() -> None:
    with pytest.raises(Failed, match="begins with `var-`"):
        url_of(pod="x")


def test_it_waits_for_its_dashboard() -> None:
    with pytest.raises(MissingVariables):
        PROVIDER.build(a_request({}))


def test_it_identifies_the_dashboard_and_its_variables() -> None:
    found = PROVIDER.identify(
        "https://g.test/sub/d/abc/slug?var-pod=p-0&var-run=r+1&from=now&var-empty=&dtab=x"
    )
    assert found is not None
    assert found.base_url == "https://g.test/sub"
    assert found.parts == {
        "uid": "abc",
        "var-pod": "p-0",
        "pod": "p-0",
        "var-run": "r 1",
        "run": "r 1",
    }


@pytest.mark.parametrize("url", ["https://g.test/explore?a=1", "x:/d/abc", "https://[/d/a", ""])
def test_it_identifies_nothing_else(url: str) -> None:
    assert PROVIDER.identify(url) is None
