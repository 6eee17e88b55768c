"""Addresses that the SDK makes of the endpoint that it was given."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, path, re_path
from django.views.decorators.csrf import csrf_exempt

from linkhub.api.flyte2 import connect, oauth, reporting, uploads
from linkhub.api.flyte2.callers import authenticate, check_may_report
from linkhub.api.flyte2.connect import Call, Method
from linkhub.api.problems import Problem
from linkhub.ingest.flyte2 import messages, values


def select_cluster(call: Call) -> dict[str, str]:
    """`SelectCluster`: no other endpoint, so that the SDK goes on with this one."""
    project = values.inner(call.message, "projectId").get("name")
    check_may_report(call.token, str(project or ""))
    return {}


# Everything that SDK 2.12.1 asks when it reports a local run.
METHODS = {
    "workflow.TrackedRunService/CreateRun": Method(
        messages.CREATE_RUN, messages.CREATED, reporting.create_run
    ),
    "workflow.TrackedRunService/ReportActions": Method(
        messages.REPORT_ACTIONS, messages.REPORTED, reporting.report_actions
    ),
    "cluster.ClusterService/SelectCluster": Method(
        messages.SELECT_CLUSTER, messages.SELECTED_CLUSTER, select_cluster
    ),
    "dataproxy.DataProxyService/CreateUploadLocation": Method(
        messages.UPLOAD, messages.UPLOAD_LOCATION, uploads.create_upload_location
    ),
    "auth.AuthMetadataService/GetOAuth2Metadata": Method(
        messages.EMPTY, messages.OAUTH_METADATA, oauth.get_metadata, anonymous=True
    ),
    "auth.AuthMetadataService/GetPublicClientConfig": Method(
        messages.EMPTY, messages.CLIENT_CONFIG, oauth.get_client_config, anonymous=True
    ),
}
NOT_HERE = "LinkHub takes reports of runs and is no Flyte back end: it has no such procedure."


@csrf_exempt
def procedure(request: HttpRequest, name: str) -> HttpResponse:
    method = METHODS.get(name)
    if method is None:
        return connect.refusal(Problem(501, detail=NOT_HERE))
    return connect.answer(request, method, authenticate)


def console(_: HttpRequest, domain: str, project: str, run: str) -> HttpResponse:
    """Where the SDK says that a tracked run can be seen: the run's page, whoever may see it."""
    try:
        return redirect("run", project=project, domain=domain, run=run)
    except NoReverseMatch as error:
        raise Http404 from error


urlpatterns = [
    path(
        "v2/domain/<str:domain>/project/<str:project>/tracked-runs/<str:run>",
        console,
        name="flyte2_console",
    ),
    path("flyteidl2/uploads/<str:place>", uploads.upload, name="flyte2_upload"),
    path("flyteidl2/token", oauth.token, name="flyte2_token"),
    re_path(r"^flyteidl2\.(?P<name>[\w.]+/\w+)$", procedure, name="flyte2_procedure"),
]
