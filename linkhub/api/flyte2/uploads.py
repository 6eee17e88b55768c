"""Where the SDK uploads a tracked run's inputs, outputs and reports: LinkHub itself.

Of an action's inputs their context is recorded. The values, outputs and reports are read and let
go: LinkHub stores links, not data. The address is signed for one file of one action and for five
minutes, as the SDK sends no token with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from linkhub.accounts.models import Project
from linkhub.api.bodies import read_body, stream_body
from linkhub.api.flyte2.callers import check_may_report, names_of
from linkhub.api.flyte2.connect import Call
from linkhub.api.problems import Problem
from linkhub.ingest.flyte2 import tracked
from linkhub.ingest.flyte2.values import Invalid
from linkhub.ingest.flyte2.wire import WireError
from linkhub.lib.names import check_name
from linkhub.runs.record import record_action

SALT = "linkhub.flyte2.uploads"
VALID = timedelta(minutes=5)
ROOT = "tracked-runs"
INPUTS, OUTPUTS, REPORT = "inputs.pb", "outputs.pb", "report.html"


def create_upload_location(call: Call) -> dict[str, Any]:
    """`CreateUploadLocation`, for what belongs to a tracked run and nothing else."""
    message = call.message
    run, action = _of_root(str(message.get("filenameRoot") or ""))
    file = message.get("filename")
    if file not in (INPUTS, OUTPUTS, REPORT):
        raise Invalid("filename is none of a tracked run's")
    project, domain, run = names_of({**message, "name": run})
    check_may_report(call.token, project)
    place = [project, domain, run, action, file]
    path = reverse("flyte2_upload", args=[signing.dumps(place, salt=SALT)])
    return {
        "signedUrl": call.request.build_absolute_uri(path),
        "nativeUrl": f"linkhub://{'/'.join(place)}",
        "expiresAt": (timezone.now() + VALID).isoformat().replace("+00:00", "Z"),
    }


def _of_root(root: str) -> tuple[str, str]:
    """Run and action of `tracked-runs/<run>/<action>[/<attempt>]`."""
    match root.split("/"):
        case [first, run, action] | [first, run, action, _] if first == ROOT:
            if problem := check_name(action):
                raise Invalid(f"filename_root: {problem}")
            return run, action
    raise Invalid("filename_root is not a tracked run's action")


@csrf_exempt
def upload(request: HttpRequest, place: str) -> HttpResponse:
    """The PUT to a signed address; what it says is public to whoever has the address."""
    if request.method != "PUT":
        return HttpResponse(status=405, headers={"Allow": "PUT"})
    try:
        project, domain, run, action, file = signing.loads(place, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return HttpResponse("The address is not valid, or not any more.", status=403)
    try:
        if file == INPUTS:
            _record_context(read_body(request), project, domain, run, action)
        else:
            for _ in stream_body(request, settings.LINKHUB_MAX_BATCH_BYTES):
                pass
    except Problem as problem:
        return problem.response()
    except (WireError, Invalid) as error:
        return HttpResponse(f"{error}.", status=400)
    return HttpResponse()


def _record_context(data: bytes, project: str, domain: str, run: str, action: str) -> None:
    document = tracked.inputs_context(data)
    if action == tracked.ROOT and not document.context:
        # The SDK uploads the root's inputs without their context: it is not known to be empty.
        return
    owner, _ = Project.objects.get_or_create(name=project)
    record_action(project=owner, domain=domain, run=run, action=action, document=document)
