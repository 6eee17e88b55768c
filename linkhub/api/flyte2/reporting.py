"""TrackedRunService: runs that the SDK executes on a user's own machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from linkhub.api.flyte2.callers import check_may_report, names_of, project_to_report
from linkhub.api.flyte2.connect import Call
from linkhub.ingest.flyte2 import tracked, values
from linkhub.ingest.flyte2.values import Invalid
from linkhub.runs.documents import RunDocument
from linkhub.runs.record import RunWrite, record_batch, record_run

INVALID_ARGUMENT = 3
RUNNING = 4


def create_run(call: Call) -> dict[str, Any]:
    """`CreateRun`: the run and its root action are there from now on."""
    project, domain, name = names_of(values.inner(call.message, "runId"))
    check_may_report(call.token, project)
    document = tracked.run_created(call.message)
    with transaction.atomic():
        owner = project_to_report(call.token, project)
        record_run(project=owner, domain=domain, name=name, document=document)
    run = {"project": project, "domain": domain, "name": name}
    action = {"id": {"run": run, "name": tracked.ROOT}, "status": {"phase": RUNNING}}
    return {"run": {"action": action}}


def report_actions(call: Call) -> dict[str, Any]:
    """`ReportActions`: a status for each update, in order; one that is wrong loses no other."""
    project, domain, name = names_of(values.inner(call.message, "runId"))
    check_may_report(call.token, project)
    updates = values.objects(call.message.get("updates"))
    if len(updates) > settings.LINKHUB_MAX_ACTIONS:
        raise Invalid(f"updates: at most {settings.LINKHUB_MAX_ACTIONS} are allowed")
    documents = [_read(update) for update in updates]
    good = [each for each in documents if not isinstance(each, Invalid)]
    with transaction.atomic():
        owner = project_to_report(call.token, project)
        record_batch([RunWrite(owner, domain, name, document) for document in good])
    return {"statuses": [_status(each) for each in documents]}


def _read(update: dict[str, Any]) -> RunDocument | Invalid:
    try:
        return tracked.action_reported(update)
    except Invalid as error:
        return error


def _status(outcome: RunDocument | Invalid) -> dict[str, Any]:
    """google.rpc.Status; an empty one is OK."""
    if isinstance(outcome, Invalid):
        return {"code": INVALID_ARGUMENT, "message": str(outcome)}
    return {}
