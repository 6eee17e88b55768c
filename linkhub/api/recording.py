"""Recording executions: a run, one action of it, a task's static links, an emitted link.

Every write may be repeated or come out of order; `linkhub/runs` merges. A body that is not valid
leaves nothing behind, not even a new project.
"""

from __future__ import annotations

import functools
from typing import Annotated

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from pydantic import (
    Discriminator,
    Field,
    Tag,
    create_model,
)

from linkhub.api import examples, paths
from linkhub.api.access import check_may_record, project_to_record
from linkhub.api.answers import json_response
from linkhub.api.auth import INGEST, ApiRequest
from linkhub.api.bodies import Body
from linkhub.api.router import router
from linkhub.api.shapes import Recorded, RecordedTaskLinks, recorded
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import (
    ActionDocument,
    ActionFields,
    Links,
    RunDocument,
    TaskLinksDocument,
)
from linkhub.runs.record import emit_link, record_action, record_run, record_task_links


@functools.cache
def run_body(most_actions: int) -> Body[RunDocument]:
    """A run's document with at most so many actions. The limit is part of the shape, so that a
    body of a million actions is refused before they are all built."""
    actions = Annotated[list[ActionDocument], Field(max_length=most_actions)]
    return Body(
        "RunDocument",
        create_model("RunDocument", __base__=RunDocument, actions=(actions, [])),
        {"a run": examples.RUN},
    )


RUN = run_body(settings.LINKHUB_MAX_ACTIONS)
ACTION: Body[ActionFields] = Body("ActionFields", ActionFields, {"a step": examples.ACTION})
TASK_LINKS: Body[TaskLinksDocument | list[AttachedLinkDocument]] = Body(
    "TaskLinks",
    Annotated[
        Annotated[TaskLinksDocument, Tag("object")] | Annotated[Links, Tag("list")],
        Discriminator(lambda given: "list" if isinstance(given, list) else "object"),
    ],
    {
        "a list": [examples.LINK, examples.TASK_LOG],
        "with its time": {"updated_at": "2026-01-05T10:00:00Z", "links": [examples.LINK]},
    },
)
EMITTED: Body[AttachedLinkDocument] = Body(
    "AttachedLinkDocument",
    AttachedLinkDocument,
    {"a URL": examples.EMITTED, "a provider": examples.WANDB, "Flyte's": examples.TASK_LOG},
)


@router.put(
    paths.RUN,
    tags=["Recording"],
    auth=INGEST,
    response={200: Recorded, 201: Recorded},
    summary="Record a run",
    openapi_extra=RUN.openapi,
)
def put_run(
    request: ApiRequest, project: paths.ProjectName, domain: paths.DomainName, run: paths.RunName
) -> HttpResponse:
    """Record a run with its actions, attempts, pods and links. Everything is optional.

    What is left out is left alone, `null` clears. Needs the ability `ingest`.
    """
    check_may_record(request.auth, project)
    document = run_body(settings.LINKHUB_MAX_ACTIONS).read(request)
    with transaction.atomic():
        owner = project_to_record(request.auth, project)
        _, created = record_run(project=owner, domain=domain, name=run, document=document)
    return json_response(recorded(project, domain, run), created=created)


@router.patch(
    paths.ACTION,
    tags=["Recording"],
    auth=INGEST,
    response={200: Recorded, 201: Recorded},
    summary="Record one action",
    openapi_extra=ACTION.openapi,
)
def patch_action(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    action: paths.ActionName,
) -> HttpResponse:
    """Record one action as in a run's `actions`. An unseen run or action is made.

    Needs the ability `ingest`.
    """
    check_may_record(request.auth, project)
    document = ACTION.read(request)
    with transaction.atomic():
        owner = project_to_record(request.auth, project)
        _, created = record_action(
            project=owner, domain=domain, run=run, action=action, document=document
        )
    return json_response(recorded(project, domain, run, action), created=created)


@router.put(
    paths.TASK_LINKS,
    tags=["Recording"],
    auth=INGEST,
    response={200: RecordedTaskLinks, 201: RecordedTaskLinks},
    summary="Set a task's static links",
    openapi_extra=TASK_LINKS.openapi,
)
def put_task_links(
    request: ApiRequest,
    project: paths.ProjectName,
    task: paths.TaskName,
    version: paths.VersionName,
) -> HttpResponse:
    """Set the links that every action of this task and version has. Needs `ingest`."""
    check_may_record(request.auth, project)
    document = TASK_LINKS.read(request)
    links = document if isinstance(document, list) else document.links
    updated_at = None if isinstance(document, list) else document.updated_at
    with transaction.atomic():
        _, created = record_task_links(
            project=project_to_record(request.auth, project),
            task=task,
            version=version,
            links=links,
            updated_at=updated_at,
        )
    return json_response(
        RecordedTaskLinks(project=project, task=task, version=version), created=created
    )


@router.post(
    f"{paths.RUN}/links",
    tags=["Recording"],
    auth=INGEST,
    response={200: Recorded, 201: Recorded},
    summary="Emit a link of a run",
    openapi_extra=EMITTED.openapi,
)
def emit_run_link(
    request: ApiRequest, project: paths.ProjectName, domain: paths.DomainName, run: paths.RunName
) -> HttpResponse:
    """Add a link while the run goes on, or replace the one with its key. Needs `ingest`."""
    return _emit(request, project, domain, run, None)


@router.post(
    f"{paths.ACTION}/links",
    tags=["Recording"],
    auth=INGEST,
    response={200: Recorded, 201: Recorded},
    summary="Emit a link of an action",
    openapi_extra=EMITTED.openapi,
)
def emit_action_link(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    action: paths.ActionName,
) -> HttpResponse:
    """Add a link while the action runs, or replace the one with its key. Needs `ingest`."""
    return _emit(request, project, domain, run, action)


def _emit(
    request: ApiRequest, project: str, domain: str, run: str, action: str | None
) -> HttpResponse:
    check_may_record(request.auth, project)
    link = EMITTED.read(request)
    with transaction.atomic():
        _, created = emit_link(
            project=project_to_record(request.auth, project),
            domain=domain,
            run=run,
            action=action,
            link=link,
        )
    return json_response(recorded(project, domain, run, action), created=created)
