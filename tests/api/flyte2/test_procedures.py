"""What the SDK calls, in both codecs: accepted, refused, and how it is said."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from flyteidl2.cluster import payload_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2
from flyteidl2.task import common_pb2
from flyteidl2.workflow import tracked_run_service_pb2

from linkhub.accounts.models import Project
from linkhub.runs.models import Action, Attempt, Run
from tests.factories import make_private_project, make_token

pytestmark = pytest.mark.django_db
CREATE = "workflow.TrackedRunService/CreateRun"
REPORT = "workflow.TrackedRunService/ReportActions"
SELECT = "cluster.ClusterService/SelectCluster"
LOCATE = "dataproxy.DataProxyService/CreateUploadLocation"
RUN = {"project": "flytesnacks", "domain": "development", "name": "local-1"}
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def call(
    procedure: str,
    body: Any,
    *,
    secret: str | None = None,
    content_type: str = "application/json",
    **headers: str,
) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic("POST", f"/flyteidl2.{procedure}", data, content_type, headers=headers)


@pytest.fixture
def secret() -> str:
    return make_token("ingest")[1]


def created() -> tracked_run_service_pb2.CreateTrackedRunRequest:
    request = tracked_run_service_pb2.CreateTrackedRunRequest(labels={"team": "vision"})
    request.run_id.project, request.run_id.domain = RUN["project"], RUN["domain"]
    request.run_id.name = RUN["name"]
    template = request.task_spec.task_template
    template.id.name, template.id.version, template.type = "demo.main", "na", "python"
    request.run_start_time.FromDatetime(STARTED)
    return request


def update(action: str, phase: str, seconds: int, **more: Any) -> dict[str, Any]:
    at = (STARTED + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    attempt = more.pop("attempt", 1)
    event = {
        "id": {"run": RUN, "name": action},
        "attempt": attempt,
        "phase": f"ACTION_PHASE_{phase}",
        "updatedTime": at,
        **({"errorInfo": {"message": more.pop("error")}} if "error" in more else {}),
    }
    status = {"phase": event["phase"], "startTime": "2026-01-05T10:00:01Z"}
    if phase in ("SUCCEEDED", "FAILED"):
        status["endTime"] = at
    return {"event": event, "status": status, **more}


def test_it_creates_a_run(secret: str) -> None:
    data = gzip.compress(created().SerializeToString())
    answer = call(
        CREATE, data, secret=secret, content_type="application/proto", Content_Encoding="gzip"
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/proto")
    run = Run.objects.get()
    assert (run.name, run.phase, run.labels) == ("local-1", "running", {"team": "vision"})
    assert (run.created_at, run.engine, run.version) == (STARTED, "flyte2", "")
    root = run.actions.get()
    assert root.task is not None
    assert (root.name, root.parent, root.task.name) == ("a0", "", "demo.main")


def test_it_records_what_is_reported(secret: str) -> None:
    task = {"spec": {"taskTemplate": {"id": {"name": "demo.leaf"}, "type": "python"}}}
    updates = [
        update("x1", "RUNNING", 1, parentName="a0", task=task),
        update("x1", "FAILED", 2, error='Error(err=code: "ValueError"\nmessage: "no"\n)'),
        update("x1", "RUNNING", 3, attempt=2),
        update("x1", "SUCCEEDED", 4, attempt=2),
        update("a0", "SUCCEEDED", 5),
    ]
    answer = call(REPORT, {"runId": RUN, "updates": updates}, secret=secret)
    assert answer.json() == {"statuses": [{}] * 5}
    assert Run.objects.get().phase == "succeeded"
    leaf = Action.objects.get(name="x1")
    assert (leaf.parent, leaf.phase) == ("a0", "succeeded")
    tries = Attempt.objects.filter(action=leaf).order_by("number")
    assert [(each.phase, each.error) for each in tries] == [
        ("failed", "ValueError: no"),
        ("succeeded", ""),
    ]
    assert tries[1].started_at == STARTED + timedelta(seconds=3)
    assert [pod.name for pod in tries[1].pods.all()] == ["localhost"]


def test_a_wrong_update_loses_no_other(secret: str) -> None:
    updates = [update("x1", "RUNNING", 1), update("", "RUNNING", 1), {}, update("x2", "RUNNING", 1)]
    answer = call(REPORT, {"runId": RUN, "updates": updates}, secret=secret)
    good, bad, empty, other = answer.json()["statuses"]
    assert (good, other) == ({}, {})
    assert bad["code"] == empty["code"] == 3
    assert "name" in bad["message"]
    assert sorted(Action.objects.values_list("name", flat=True)) == ["x1", "x2"]


def test_a_report_may_come_twice_and_late(secret: str) -> None:
    updates = [update("x1", "RUNNING", 1), update("x1", "SUCCEEDED", 4)]
    for order in (updates, updates[:1], updates):
        call(REPORT, {"runId": RUN, "updates": order}, secret=secret)
    action = Action.objects.get()
    assert (action.phase, action.attempts.count()) == ("succeeded", 1)


def test_it_has_no_other_cluster(secret: str) -> None:
    request = payload_pb2.SelectClusterRequest()
    request.project_id.name = "flytesnacks"
    answer = call(
        SELECT, request.SerializeToString(), secret=secret, content_type="application/proto"
    )
    assert (answer.status_code, answer.content) == (200, b"")


# --- Uploads ----------------------------------------------------------------------------


def location(secret: str, action: str, file: str = "inputs.pb") -> str:
    root = f"tracked-runs/local-1/{action}" + ("" if file == "inputs.pb" else "/1")
    request = dataproxy_service_pb2.CreateUploadLocationRequest(
        project="flytesnacks", domain="development", filename=file, filename_root=root
    )
    answer = call(
        LOCATE, request.SerializeToString(), secret=secret, content_type="application/proto"
    )
    found = dataproxy_service_pb2.CreateUploadLocationResponse.FromString(answer.content)
    assert found.native_url == f"linkhub://flytesnacks/development/local-1/{action}/{file}"
    return found.signed_url


def inputs(**context: str) -> bytes:
    message = common_pb2.Inputs()
    message.literals.add(name="seed")
    for key, value in context.items():
        message.context.add(key=key, value=value)
    return message.SerializeToString()


def test_it_takes_the_context_of_uploaded_inputs(secret: str) -> None:
    answer = Client().put(location(secret, "x1"), inputs(wandb_id="w1"), "application/octet-stream")
    assert answer.status_code == 200
    assert Action.objects.get(name="x1").context == {"wandb_id": "w1"}


def test_inputs_without_a_context_say_that_there_is_none(secret: str) -> None:
    Client().put(location(secret, "x1"), inputs())
    Client().put(location(secret, "a0"), inputs())
    assert [(each.name, each.context) for each in Action.objects.all()] == [("x1", {})]


@pytest.mark.parametrize("file", ["outputs.pb", "report.html"])
def test_it_lets_data_go(secret: str, file: str) -> None:
    assert Client().put(location(secret, "x1", file), b"\xff" * 100).status_code == 200
    assert not Action.objects.exists()


def test_an_upload_address_is_good_for_one_thing_and_five_minutes(secret: str) -> None:
    url = location(secret, "x1")
    assert Client().put(url[:-1] + ("a" if url[-1] != "a" else "b"), b"").status_code == 403
    assert Client().post(url, b"", "text/plain").status_code == 405
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert Client().put(url, b"").status_code == 403
    assert Client().put(url, b"\xff").status_code == 400


@pytest.mark.parametrize(
    ("root", "file"),
    [
        ("tracked-runs/local-1/a0", "shadow"),
        ("elsewhere/local-1/a0", "inputs.pb"),
        ("tracked-runs/local-1", "inputs.pb"),
        ("tracked-runs//a0", "inputs.pb"),
        ("", ""),
    ],
)
def test_it_takes_nothing_but_a_tracked_run_s_files(secret: str, root: str, file: str) -> None:
    body = {**RUN, "filenameRoot": root, "filename": file}
    answer = call(LOCATE, body, secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


# --- Who may ----------------------------------------------------------------------------


@pytest.mark.parametrize("procedure", [CREATE, REPORT, SELECT, LOCATE])
def test_it_lets_nobody_in_without_a_token(procedure: str) -> None:
    body = {**RUN, "runId": RUN, "filenameRoot": "tracked-runs/r/a0", "filename": "inputs.pb"}
    answer = call(procedure, body)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert not Project.objects.exists()


@pytest.mark.parametrize("sent", ["Bearer wrong", "Basic wrong", "Bearer "])
def test_it_lets_a_wrong_token_into_no_project(monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    monkeypatch.setattr(settings, "LINKHUB_OPEN_PROJECTS", ["flytesnacks"])
    answer = call(CREATE, {"runId": RUN}, Authorization=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_it_needs_the_ability_and_the_project() -> None:
    reader = make_token("read")[1]
    other = make_token("ingest", project=make_private_project("other"))[1]
    answers = [call(CREATE, {"runId": RUN}, secret=each) for each in (reader, other)]
    assert [each.json()["code"] for each in answers] == ["permission_denied", "not_found"]
    assert not Run.objects.exists()


def test_an_open_project_takes_reports_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LINKHUB_OPEN_PROJECTS", ["flytesnacks"])
    assert call(CREATE, {"runId": RUN}).status_code == 200
    assert call(CREATE, {"runId": RUN | {"project": "closed"}}).status_code == 401
    assert Run.objects.count() == 1


def token(secret: str, **form: str) -> HttpResponse:
    pair = base64.b64encode(f"anyone:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"} | form
    return Client().post("/flyteidl2/token", form, headers={"Authorization": f"Basic {pair}"})


def test_it_gives_a_token_for_client_credentials(secret: str) -> None:
    metadata = call("auth.AuthMetadataService/GetOAuth2Metadata", {}).json()
    assert metadata["tokenEndpoint"] == "http://testserver/flyteidl2/token"
    config = call("auth.AuthMetadataService/GetPublicClientConfig", {}).json()
    assert config["authorizationMetadataKey"] == "authorization"
    answer = token(secret)
    assert answer["Cache-Control"] == "no-store"
    granted = answer.json()["access_token"]
    assert call(CREATE, {"runId": RUN}, secret=granted).status_code == 200


def test_it_gives_no_token_for_anything_else(secret: str) -> None:
    assert token("wrong").status_code == 401
    assert token(make_token("read")[1]).status_code == 403
    assert token(secret, grant_type="password").status_code == 400
    assert Client().post("/flyteidl2/token", {}).status_code == 400


# --- Connect ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"body": b"{"}, 400, "invalid_argument"),
        ({"body": b"[]"}, 400, "invalid_argument"),
        ({"body": {}}, 400, "invalid_argument"),
        ({"body": {"runId": {"project": "a\x00", "domain": "b", "name": "c"}}}, 400, None),
        ({"body": {"runId": {"project": 1}}}, 400, None),
        ({"body": b"\xff\xff", "content_type": "application/proto"}, 400, "invalid_argument"),
        ({"body": b"", "content_type": "application/grpc"}, 415, "unimplemented"),
        ({"body": b"", "Content_Encoding": "zstd"}, 415, "unimplemented"),
        ({"body": b"x", "Content_Encoding": "gzip"}, 422, "invalid_argument"),
        ({"body": {}, "Connect_Protocol_Version": "2"}, 400, "invalid_argument"),
        ({"body": b" " * (11 * 1024 * 1024)}, 413, "resource_exhausted"),
    ],
)
def test_it_refuses_in_connect_s_format(
    secret: str, options: dict[str, Any], status: int, code: str | None
) -> None:
    answer = call(CREATE, secret=secret, **options)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["code"] == (code or "invalid_argument")
    assert answer.json()["message"]


def test_it_says_what_it_does_not_do() -> None:
    answer = call("workflow.RunService/CreateRun", {})
    assert (answer.status_code, answer.json()["code"]) == (501, "unimplemented")
    assert Client().get(f"/flyteidl2.{CREATE}").status_code == 405


def test_it_leads_from_the_console_s_address_to_the_run_s_page() -> None:
    path = "/v2/domain/development/project/flytesnacks/tracked-runs"
    answer = Client().get(f"{path}/local-1")
    assert answer["Location"] == "/projects/flytesnacks/development/runs/local-1/"
    assert Client().get(f"{path}/{'x' * 256}").status_code == 404
