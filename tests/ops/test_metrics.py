"""What Prometheus reads, and who else may."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from linkhub.lib import meters
from linkhub.links.work import drain
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from linkhub.seeing import exposing
from linkhub.seeing.storing import store_counts
from tests import factories as make
from tests.ops.living import make_all_live

pytestmark = pytest.mark.django_db


def metrics(client: Client | None = None) -> dict[str, float]:
    """By `name{labels}`."""
    text = (client or Client()).get("/metrics").content.decode()
    samples = [each for one in text_string_to_metric_families(text) for each in one.samples]
    return {f"{each.name}{sorted(each.labels.values())}": each.value for each in samples}


def test_it_tells_what_is_pending_by_lane_and_priority() -> None:
    mark([Unit(make.make_project().pk)])
    found = metrics()

    assert found["linkhub_pending['main', 'normal']"] == 1
    assert found["linkhub_pending['normal', 'python']"] == 0
    assert found["linkhub_pending_oldest_seconds['main', 'normal']"] >= 0


def test_it_tells_what_rests(settings: Settings) -> None:
    mark([Unit(make.make_project().pk)])
    Pending.objects.update(attempts=settings.LINKHUB_MAX_ATTEMPTS)
    found = metrics()

    assert found["linkhub_pending_resting['main', 'normal']"] == 1
    assert found["linkhub_pending_oldest_seconds['main', 'normal']"] == 0


def test_it_tells_what_workers_did() -> None:
    run = make.make_run()
    make.make_definition(level="run", template="https://x.example.com/{{ .runName }}")
    mark([Unit(run.project_id, run.pk)])
    drain(Pending.Lane.MAIN, seconds=5)
    store_counts()
    found = metrics()

    assert found["linkhub_units_resolved_total['main']"] == 1
    assert found["linkhub_unit_wait_seconds_count['main']"] == 1
    assert found["linkhub_links_resolved_total['', 'ready']"] == 1


def test_it_adds_what_processes_counted_one_after_the_other() -> None:
    for _ in range(2):
        meters.DOCUMENTS.add(3)
        meters.REQUEST_SECONDS.observe(0.02, "home")
        store_counts()
    found = metrics()

    assert found["linkhub_documents_recorded_total[]"] == 6
    assert found["linkhub_http_request_seconds_bucket['0.025', 'home']"] == 2
    assert found["linkhub_http_request_seconds_bucket['0.01', 'home']"] == 0
    assert found["linkhub_http_request_seconds_bucket['+Inf', 'home']"] == 2
    assert found["linkhub_http_request_seconds_sum['home']"] == pytest.approx(0.04)


def test_it_holds_on_to_what_it_cannot_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError("down")

    meters.DOCUMENTS.add(3)
    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", refuse)
        assert not store_counts()
    store_counts()

    assert metrics()["linkhub_documents_recorded_total[]"] == 3


def test_it_counts_requests_by_route_and_never_by_address(nobody: Client) -> None:
    nobody.get("/projects/very-secret/")
    store_counts()
    text = nobody.get("/metrics").content.decode()

    assert 'linkhub_http_requests_total{method="GET",route="project",status="302"} 1.0' in text
    assert "very-secret" not in text


def test_it_says_which_parts_are_well() -> None:
    assert metrics()["linkhub_part_ok['workers']"] == 0
    make_all_live()
    found = metrics()

    assert found["linkhub_part_ok['workers']"] == 1
    assert found["linkhub_queue_workers['resolve']"] == 1
    assert found["linkhub_processes['beat']"] == 1


def test_it_leaves_out_what_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError("slow")

    monkeypatch.setitem(exposing.PARTS, "links", refuse)
    found = metrics()

    assert found["linkhub_part_failed['links']"] == 1
    assert "linkhub_backfills_running[]" in found


def test_its_names_are_as_prometheus_wants_them(nobody: Client) -> None:
    text = nobody.get("/metrics").content.decode()
    names = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)

    assert len(names) == len(set(names)) > 20
    assert all(re.fullmatch(r"linkhub_[a-z_]+", name) for name in names)


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "192.0.2.1", 404),
        ({}, "10.1.2.3", 200),
        ({"Authorization": "Bearer hush"}, "192.0.2.1", 200),
        ({"Authorization": "Bearer wrong"}, "127.0.0.1", 404),
        ({}, "", 404),
    ],
)
def test_it_is_for_those_the_operator_lets(
    nobody: Client, settings: Settings, headers: dict[str, str], address: str, status: int
) -> None:
    import ipaddress

    settings.LINKHUB_METRICS_TOKEN = "hush"
    networks = ("127.0.0.0/8", "10.0.0.0/8", "fd00::/8")
    settings.LINKHUB_METRICS_NETWORKS = list(map(ipaddress.ip_network, networks))

    assert nobody.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_it_costs_the_same_for_any_number_of_runs() -> None:
    make_all_live()
    with CaptureQueriesContext(connection) as few:
        metrics()
    for number in range(20):
        run = make.make_run(name=f"r{number}")
        mark([Unit(run.project_id, run.pk)])
    with CaptureQueriesContext(connection) as many:
        metrics()

    assert len(many) == len(few)
