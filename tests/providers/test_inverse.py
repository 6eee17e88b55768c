"""What went into a URL, however people and tools have changed it since."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.providers import Identified
from tests.providers.factories import NAMES

EVERY = providers.all()


def found(kind: str, url: str) -> Identified:
    identified = providers.get(kind).identify(url)
    assert identified is not None
    return identified


@pytest.mark.parametrize(
    ("kind", "url", "base", "parts"),
    [
        (
            "mlflow_run",
            "https://m.test/sub/#/experiments/12/runs/abc/artifactPath/model?x=1",
            "https://m.test/sub/",
            {"experiment_id": "12", "run_id": "abc"},
        ),
        (
            "kubernetes_pod_logs",
            "https://k.test/#/log/ns/p-0/pod?container=c&namespace=ns&tail=9",
            "https://k.test/",
            {"namespace": "ns", "pod": "p-0", "container": "c"},
        ),
        (
            "github_commit",
            "https://github.com/acme/repo/commit/0123abc/checks?x#diff",
            "https://github.com",
            {"repository": "acme/repo", "commit": "0123abc"},
        ),
        (
            "github_commit",
            "https://own.test/github/acme/repo/commit/0123abc",
            "https://own.test/github",
            {"repository": "acme/repo"},
        ),
        (
            "bigquery_job",
            "https://console.cloud.google.com/bigquery?j=bq%3AUS%3Ajob_1&project=p&authuser=1",
            "https://console.cloud.google.com",
            {"job_id": "job_1", "bigquery_location": "US"},
        ),
        (
            "flyte2_action",
            "https://f.test/v2/domain/d/project/p/runs/r1?i=a0%2Fb%20c&tab=logs",
            "https://f.test",
            {"run": "r1", "action": "a0/b c", "project": "p", "domain": "d"},
        ),
        (
            "airflow2_task",
            "https://a.test/dags/d/grid?tab=logs&task_id=t+1&dag_run_id=manual__1%2B00%3A00",
            "https://a.test",
            {"dag_run_id": "manual__1+00:00", "task_id": "t 1", "run": "manual__1+00:00"},
        ),
        (
            "kibana_discover",
            "https://k.test/s/ml/app/discover#/?_a=(columns:!(a,b),dataSource:(dataViewId:x,"
            "type:dataView),hideChart:!f,query:(language:kuery,"
            "query:'kubernetes.pod.name:%22p-0%22'),x:1)&_g=()",
            "https://k.test/s/ml",
            {"pod": "p-0"},
        ),
        (
            "cloudwatch_stream",
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:"
            "log-groups/log-group/$252Fa$252Fb/log-events/s$255B1$255D$3Fstart$3D1$26end$3D2",
            "https://eu-west-1.console.aws.amazon.com",
            {"log_group": "/a/b", "stream": "s[1]", "region": "eu-west-1"},
        ),
        (
            "sentry_issues",
            "https://acme.sentry.io/issues/?query=is%3Aunresolved+flyte.run%3Ar7&project=7&start=x",
            "https://acme.sentry.io",
            {"org": "acme", "run": "r7"},
        ),
        (
            "wandb_report",
            "https://forge.coreweave.com/wandb/team/proj/reports/R--1",
            "https://forge.coreweave.com/wandb",
            {"entity": "team", "project": "proj"},
        ),
    ],
)
def test_it_reads_what_people_paste(kind: str, url: str, base: str, parts: dict[str, str]) -> None:
    identified = found(kind, url)
    assert identified.base_url == base.rstrip("/")
    assert parts.items() <= identified.parts.items()


def test_it_reads_the_pod_out_of_a_compressed_query() -> None:
    url = (
        "https://portal.azure.com/#@t/blade/Microsoft_Azure_Monitoring_Logs/LogsBlade/resourceId/"
        "%2Fs/source/LogsBlade.AnalyticsShareLinkToQuery/q/H4sIAAAAAAAC%2F3POzytJzMxLLfLJTw8zUqhR"
        "KM9ILUpVCMhP8UvMTVWwtVVQSjNONEwySjbWzTPQNVBSSMxLgUkXFyQmQ9Tk5uimpJYpAfXnF6WkFikkVSqEZOam"
        "uqcCTU4sSU1RSCxOBgAlSut0awAAAA%3D%3D"
    )
    assert found("azure_logs", url).parts["pod"] == "f3a1b2c3-n0-0"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("mlflow_run", "https://m.test/experiments/12/runs/abc"),
        ("mlflow_run", "javascript://m.test/#/runs/abc"),
        ("github_commit", "https://github.com/acme/repo/tree/main"),
        ("jaeger_trace", "https://j.test/trace/not-hexadecimal"),
        ("airflow2_task", "https://a.test/dags/d/grid?task_id=t"),
        ("azure_logs", "https://portal.azure.com/#@t/blade/x/q/H4sI"),
        ("slurm_web_job", "https://[/hpc/job/1"),
        ("kibana_discover", "https://k.test/app/discover#/?_a=(query:(query:'x'))&_g=()"),
        ("flyte1_execution", "https://f.test/console/projects/a%00b/domains/d/executions/x"),
    ],
)
def test_it_reads_nothing_else(kind: str, url: str) -> None:
    assert providers.get(kind).identify(url) is None


ANY_URL = st.one_of(
    st.text(max_size=80),
    st.builds("https://h.test/{}?{}#{}".format, *[st.text(max_size=60)] * 3),
    st.builds("https://h.test/{}/runs/{}".format, NAMES, NAMES),
)


@settings(max_examples=60, deadline=None)
@given(ANY_URL)
def test_it_stands_any_text(url: str) -> None:
    for provider in EVERY:
        provider.identify(url)


def test_it_takes_little_time_for_a_long_url() -> None:
    for url in ("https://h.test/" + "a/" * 3_900, "https://h.test/x#" + "a:'b" * 1_900):
        readings = [provider.identify(url) for provider in EVERY]
        assert sum(each is not None for each in readings) < 5
