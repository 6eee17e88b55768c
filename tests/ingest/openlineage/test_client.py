"""The real `openlineage-python`, as a program that has nothing else would use it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Dataset, Job, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run, ownership_job, parent_run, tags_run
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpCompression,
    HttpConfig,
    HttpTransport,
)
from openlineage.client.uuid import generate_new_uuid
from pytest_django.live_server_helper import LiveServer

from linkhub.runs import models
from tests.factories import make_token


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("compression", [None, HttpCompression.GZIP])
def test_its_events_are_recorded(
    live_server: LiveServer, compression: HttpCompression | None
) -> None:
    token = make_token("ingest")[1]
    config = HttpConfig(
        url=live_server.url,
        auth=ApiKeyTokenProvider({"apiKey": token}),
        compression=compression,
    )
    client = OpenLineageClient(transport=HttpTransport(config))
    root, step = str(generate_new_uuid()), str(generate_new_uuid())
    parent = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=root), job=parent_run.Job(namespace="lab", name="nightly")
    )
    error = error_message_run.ErrorMessageRunFacet("no table", "PYTHON")
    tags = tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("team", "vision", "USER")])
    owners = ownership_job.OwnershipJobFacet([ownership_job.Owner("ana")])
    for state in (RunState.START, RunState.FAIL):
        client.emit(
            RunEvent(
                eventTime=datetime.now(UTC).isoformat(),
                eventType=state,
                run=Run(step, {"parent": parent, "errorMessage": error, "tags": tags}),
                job=Job("lab", "load", {"ownership": owners}),
                inputs=[Dataset("postgres://db", "public.cats")],
            )
        )
    client.close()
    assert_recorded(root)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_its_own_variables_are_enough(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/orchestrators has them for dbt and Dagster."""
    monkeypatch.setenv("OPENLINEAGE_URL", live_server.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", make_token("ingest")[1])
    client = OpenLineageClient()
    run = Run(str(generate_new_uuid()))
    now = datetime.now(UTC).isoformat()
    client.emit(RunEvent(eventTime=now, eventType=RunState.START, run=run, job=Job("a", "b")))
    client.close()
    assert models.Run.objects.get().name == run.runId


def assert_recorded(root: str) -> None:
    run = models.Run.objects.select_related("project").get()
    assert (run.project.name, run.name) == ("lab", root)
    action = models.Action.objects.get()
    assert (action.phase, action.parent) == ("failed", "nightly")
    assert {"team": "vision", "owner": "ana"}.items() <= action.labels.items()
    assert models.Attempt.objects.get().error == "no table"
