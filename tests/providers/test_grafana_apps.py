"""Grafana beyond Loki: metrics, traces, two panes, and the apps."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers.explore_queries import read_queries
from tests.providers.factories import a_grafana, a_request

HARD = "a|b,c#d/e\\f"


def query_of(url: str) -> str:
    found = read_queries(url)
    assert found is not None
    return found[1][0]


def test_it_asks_for_the_pods_processor_time() -> None:
    built = providers.get("grafana_metrics").build(a_request(podname='p"0'))
    assert query_of(built.url) == (
        "sum by (container) (rate(container_cpu_usage_seconds_total"
        '{namespace="flytesnacks-development",pod="p\\"0"}[5m]))'
    )
    assert {"podName", "namespace"} <= {part.variable for part in built.parts}


def test_it_finds_the_pod_of_a_metric_back() -> None:
    provider = providers.get("grafana_metrics")
    found = provider.identify(provider.build(a_request(tool=a_grafana())).url)
    assert found is not None
    assert found.parts == {"pod": "r1abc-act1-0", "namespace": "flytesnacks-development"}


def test_it_does_not_take_logs_for_metrics() -> None:
    logs = providers.get("grafana_pod_logs").build(a_request()).url
    assert providers.get("grafana_metrics").identify(logs) is None
    assert providers.get("grafana_metrics").identify("https://x.test/") is None


@pytest.mark.parametrize("form", ["panes", "left", "list"])
def test_it_asks_for_the_traces_of_the_run(form: str) -> None:
    provider = providers.get("grafana_traces")
    built = provider.build(a_request(tool=a_grafana(explore=form), runname='r"1'))
    assert query_of(built.url) == '{.flyte.run_name="r\\"1"}'
    plain = provider.identify(provider.build(a_request(tool=a_grafana(explore=form))).url)
    assert plain is not None
    assert plain.parts == {"run": "r1abc"}


def test_it_prefers_the_trace_that_the_run_names() -> None:
    provider = providers.get("grafana_traces")
    built = provider.build(a_request(context={"trace_id": "4bf9"}))
    assert query_of(built.url) == "4bf9"
    found = provider.identify(built.url)
    assert found is not None
    assert found.parts == {"trace_id": "4bf9"}


def test_it_shows_logs_beside_traces() -> None:
    provider = providers.get("grafana_logs_and_traces")
    built = provider.build(a_request(tool=a_grafana(loki_uid="l", tempo_uid="t")))
    panes = json.loads(parse_qs(urlsplit(built.url).query)["panes"][0])
    assert [pane["datasource"] for pane in panes.values()] == ["l", "t"]
    found = provider.identify(built.url)
    assert found is not None
    assert found.parts["pod"] == "r1abc-act1-0"
    assert provider.identify(providers.get("grafana_pod_logs").build(a_request()).url) is None


DRILLDOWN = providers.get("grafana_logs_drilldown")


def test_it_escapes_filters_as_the_app_does() -> None:
    built = DRILLDOWN.build(a_request({"filter": HARD}, podname=HARD, namespace=HARD))
    fields = parse_qs(urlsplit(built.url).query)
    escaped = "a__gfp__b__gfc__c__gfh__d/e\\f"
    assert fields["var-filters"] == [f"namespace|=|{escaped}", f"pod|=|{escaped}"]
    assert fields["var-lineFilters"] == [f"caseSensitive,0|__gfp__=|{escaped}"]
    assert urlsplit(built.url).path.endswith("/namespace/a%7Cb%2Cc%23d-e-f/logs")


def test_it_calls_a_service_by_its_name_in_the_path() -> None:
    url = DRILLDOWN.build(
        a_request({"label": "service_name", "value": "s", "pod_label": "none"})
    ).url
    assert "/explore/service/s/logs?" in url
    assert url.endswith("&var-filters=service_name%7C%3D%7Cs")


@pytest.mark.parametrize("matcher", ["=", "=~"])
def test_it_finds_the_pod_of_its_filters_back(matcher: str) -> None:
    found = DRILLDOWN.identify(DRILLDOWN.build(a_request({"matcher": matcher}, podname=HARD)).url)
    assert found is not None
    assert found.parts == {"namespace": "flytesnacks-development", "pod": HARD}


@pytest.mark.parametrize(
    "url",
    [
        "https://g.test/a/grafana-lokiexplore-app/explore/a/b/logs",
        "https://g.test/explore?var-filters=pod|=|x",
        "https://[",
    ],
)
def test_it_identifies_nothing_else(url: str) -> None:
    assert DRILLDOWN.identify(url) is None


def test_it_refuses_a_label_that_loki_has_not() -> None:
    with pytest.raises(Failed, match="not a label"):
        DRILLDOWN.build(a_request({"label": "app.kubernetes.io/name"}))


@pytest.mark.parametrize("kind", ["grafana_metrics", "grafana_traces", "grafana_logs_drilldown"])
def test_it_waits_for_a_start(kind: str) -> None:
    with pytest.raises(MissingVariables):
        providers.get(kind).build(a_request(podrfc3339starttime=None, runstarttime=None))


def test_it_finds_the_run_of_a_conversation_back() -> None:
    provider = providers.get("grafana_agent")
    built = provider.build(a_request(tool=a_grafana(), runname="a b/c"))
    found = provider.identify(built.url)
    assert found is not None
    assert (found.base_url, found.parts["run"]) == ("https://grafana.example.com", "a b/c")
    assert "conversationId%3Da%2520b%252Fc" in built.url
