"""Every route by every role, with the answer: one line a route.

A new route needs its line: its method, an address of it in the world of `world.py` (the private
project `secret` with all that a route may ask for), and a status for each column. `BODIES` holds
what is sent where a route needs more than an empty form or document.

Pages, by who is signed in: `none` nobody, `out` a user who is no member, `view` a viewer,
`main` a maintainer, `admin` an admin.

The API, by token. Of services: `ingest`, `read` and `manage` can that alone in `secret`; `other`
can all in another project; `all` can all everywhere. Of people, able to all everywhere: `out`,
`view`, `main` and `admin`. `none` is no token.
"""

# Lines of a table are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

PAGES = """
method address                                           none  out view main admin
GET    /                                                  302  200  200  200   200
GET    /find?q=r7                                         302  200  200  200   200
GET    /links/                                            302  200  200  200   200
GET    /projects/                                         302  200  200  200   200
GET    /projects/secret/                                  302  404  200  200   200
GET    /projects/secret/links/                            302  404  200  200   200
GET    /projects/secret/workflows/train_pipeline/         302  404  200  200   200
GET    /badge/secret/development/train_pipeline.svg       404  404  200  200   200
GET    /badge/secret/development/train_pipeline/          302  404  200  200   200
POST   /projects/secret/star                              302  404  302  302   302
POST   /projects/secret/workflows/train_pipeline/star     302  404  302  302   302
GET    /projects/secret/definitions/                      302  404  404  200   200
GET    /projects/secret/new-definition/                   302  404  404  200   200
POST   /projects/secret/new-definition/preview            302  404  404  200   200
GET    /projects/secret/definitions/board/                302  404  404  200   200
POST   /projects/secret/definitions/board/delete          302  404  404  302   302
POST   /projects/secret/definitions/board/preview         302  404  404  200   200
GET    /projects/secret/definitions/board/history/        302  404  404  200   200
POST   /projects/secret/definitions/board/history/999999/ 302  404  404  404   404
GET    /projects/secret/development/runs/r7/              302  404  200  200   200
GET    /projects/secret/development/runs/r7/compare/?with=r7   302  404  200  200   200
GET    /projects/secret/pins/                             302  404  200  200   200
POST   /projects/secret/pins/                             302  404  200  200   200
GET    /projects/secret/development/runs/r7/actions/a0/   302  404  200  200   200
GET    /projects/secret/development/runs/r7/keep/         302  404  200  200   200
GET    /projects/secret/development/runs/r7/actions/a0/keep/   302  404  200  200   200
GET    /go/secret/plan                                    302  404  200  200   200
GET    /go/secret/development/r7/board                    302  404  302  302   302
GET    /go/secret/development/r7/a0/board                 302  404  302  302   302
GET    /palette?q=r7                                      302  200  200  200   200
GET    /views/                                            302  200  200  200   200
GET    /views/new?of=/projects/secret/                    302  200  200  200   200
GET    /views/vera/shared/                                302  404  302  302   302
POST   /views/vera/shared/                                302  404  404  404   404
GET    /views/vera/shared/feed?token=lhf_nobodys          404  404  404  404   404
GET    /sign-in/                                          200  302  302  302   302
GET    /sign-in/oidc/                                     404  404  404  404   404
GET    /sign-in/oidc/callback/                            404  404  404  404   404
GET    /account/                                          302  200  200  200   200
GET    /account/password/                                 302  200  200  200   200
POST   /account/tokens/revoke                             302  404  404  404   404
GET    /audit/                                            302  404  404  404   200
GET    /audit/?format=csv                                 302  404  404  404   200
GET    /projects/secret/members/                          302  404  200  200   200
POST   /projects/secret/members/                          302  404  403  200   200
GET    /projects/secret/tokens/                           302  404  404  200   200
POST   /projects/secret/tokens/                           302  404  404  200   200
GET    /projects/secret/audit/                            302  404  404  200   200
GET    /projects/secret/audit/?format=json                302  404  404  200   200
POST   /sign-out/                                         302  302  302  302   302
POST   /clicks                                            302  204  204  204   204
POST   /theme/                                            302  302  302  302   302
GET    /v2/domain/d/project/secret/tracked-runs/r7        302  302  302  302   302
GET    /status/                                           302  404  404  404   200
GET    /healthz                                           200  200  200  200   200
GET    /readyz                                            200  200  200  200   200
GET    /metrics                                           200  200  200  200   200
"""

API = """
method address                                                                 none ingest read manage other  all  out view main admin
GET    /api/v1/openapi.json                                                     200    200  200    200   200  200  200  200  200   200
GET    /api/v1/                                                                 404    404  404    404   404  404  404  404  404   404
GET    /api/docs                                                                200    200  200    200   200  200  200  200  200   200
GET    /api/nothing                                                             404    404  404    404   404  404  404  404  404   404
GET    /api/v1/backfills                                                        401    403  200    200   200  200  200  200  200   200
POST   /api/v1/backfills/2:cancel                                               401    403  403    403   403  200  403  403  403   200
POST   /api/v1/backfills/3:cancel                                               401    403  403    200   404  200  404  403  200   200
POST   /api/v1/runs:batch                                                       401    200  403    403   200  200  200  200  200   200
POST   /api/v1/lineage                                                          401    200  403    403   404  200  404  404  200   200
POST   /api/v1/cloudevents                                                      401    200  403    403   404  200  404  404  200   200
GET    /api/v1/definitions                                                      401    403  200    200   200  200  200  200  200   200
GET    /api/v1/definitions.schema.json                                          401    403  200    200   200  200  200  200  200   200
GET    /api/v1/definitions:export                                               401    403  200    200   200  200  403  403  403   200
GET    /api/v1/definitions:export?project=secret                                401    403  200    200   404  200  404  200  200   200
POST   /api/v1/definitions:diff                                                 401    403  403    200   200  200  403  403  403   200
POST   /api/v1/definitions:apply                                                401    403  403    200   200  200  403  403  403   200
POST   /flyteidl2/token                                                         400    400  400    400   400  400  400  400  400   400
PUT    /flyteidl2/uploads/x                                                     403    403  403    403   403  403  403  403  403   403
GET    /api/v1/definitions/dashboard                                            401    403  200    200   200  200  200  200  200   200
PUT    /api/v1/definitions/dashboard                                            401    403  403    403   403  200  403  403  403   200
DELETE /api/v1/definitions/dashboard                                            401    403  403    403   403  200  403  403  403   200
GET    /api/v1/projects/secret/definitions/board                                401    403  200    200   404  200  404  200  200   200
PUT    /api/v1/projects/secret/definitions/board                                401    403  403    200   404  200  404  403  200   200
DELETE /api/v1/projects/secret/definitions/board                                401    403  403    200   404  200  404  403  200   200
POST   /api/v1/definitions:preview                                              401    403  200    403   404  200  404  200  200   200
GET    /api/v1/tools/wiki                                                       401    403  200    200   200  200  200  200  200   200
PUT    /api/v1/tools/wiki                                                       401    403  403    403   403  200  403  403  403   200
DELETE /api/v1/tools/wiki                                                       401    403  403    403   403  200  403  403  403   200
GET    /api/v1/find?q=r7                                                        401    403  200    403   200  200  200  200  200   200
GET    /api/v1/projects                                                         401    403  200    403   200  200  200  200  200   200
GET    /api/v1/runs                                                             401    403  200    403   200  200  200  200  200   200
GET    /api/v1/links                                                            401    403  200    403   200  200  200  200  200   200
GET    /api/v1/projects/secret/domains/development/runs/r7                      401    403  200    403   404  200  404  200  200   200
PUT    /api/v1/projects/secret/domains/development/runs/r7                      401    200  403    403   404  200  404  403  200   200
PUT    /api/v1/projects/secret/domains/development/runs/r8                      401    201  403    403   404  201  404  403  201   201
GET    /api/v1/projects/secret/domains/development/runs/r7/actions              401    403  200    403   404  200  404  200  200   200
GET    /api/v1/projects/secret/domains/development/runs/r7/actions/a0           401    403  200    403   404  200  404  200  200   200
PATCH  /api/v1/projects/secret/domains/development/runs/r7/actions/a0           401    200  403    403   404  200  404  403  200   200
GET    /api/v1/projects/secret/domains/development/runs/r7/links                401    403  200    403   404  200  404  200  200   200
POST   /api/v1/projects/secret/domains/development/runs/r7/links                401    201  403    403   404  201  404  403  201   201
GET    /api/v1/projects/secret/domains/development/runs/r7/actions/a0/links     401    403  200    403   404  200  404  200  200   200
POST   /api/v1/projects/secret/domains/development/runs/r7/actions/a0/links     401    201  403    403   404  201  404  403  201   201
GET    /api/v1/projects/secret/domains/development/runs/r7/explain              401    403  200    403   404  200  404  200  200   200
GET    /api/v1/projects/secret/domains/development/runs/r7/actions/a0/explain   401    403  200    403   404  200  404  200  200   200
PUT    /api/v1/projects/secret/tasks/train_model/versions/v3/links              401    201  403    403   404  201  404  403  201   201
PUT    /api/v1/projects/brand-new/domains/development/runs/r1                   401    404  403    403   404  201  404  404  404   201
POST   /flyteidl2.workflow.TrackedRunService/CreateRun                          401    200  403    403   404  200  404  403  200   200
POST   /flyteidl2.workflow.TrackedRunService/ReportActions                      401    200  403    403   404  200  404  403  200   200
POST   /flyteidl2.cluster.ClusterService/SelectCluster                          401    200  403    403   404  200  404  403  200   200
POST   /flyteidl2.dataproxy.DataProxyService/CreateUploadLocation               401    200  403    403   404  200  404  403  200   200
POST   /flyteidl2.auth.AuthMetadataService/GetOAuth2Metadata                    200    200  200    200   200  200  200  200  200   200
POST   /flyteidl2.auth.AuthMetadataService/GetPublicClientConfig                200    200  200    200   200  200  200  200  200   200
POST   /flyteidl2.workflow.RunService/ListRuns                                  501    501  501    501   501  501  501  501  501   501
"""

FLYTE_RUN = {"project": "secret", "domain": "development", "name": "r7"}
BODIES: dict[str, Any] = {
    "POST /flyteidl2.workflow.TrackedRunService/CreateRun": {"runId": FLYTE_RUN},
    "POST /flyteidl2.workflow.TrackedRunService/ReportActions": {"runId": FLYTE_RUN},
    "POST /flyteidl2.cluster.ClusterService/SelectCluster": {"projectId": {"name": "secret"}},
    "POST /flyteidl2.dataproxy.DataProxyService/CreateUploadLocation": {
        "project": "secret",
        "domain": "development",
        "filenameRoot": "tracked-runs/r7/a0",
        "filename": "inputs.pb",
    },
    "POST /api/v1/runs:batch": [{"project": "secret", "domain": "development", "run": "r8"}],
    "POST /api/v1/lineage": {
        "eventTime": "2026-01-05T10:00:00Z",
        "run": {"runId": "01941f29-7c00-7000-8000-000000000001"},
        "job": {"namespace": "secret", "name": "clicks"},
    },
    "POST /api/v1/cloudevents": {
        "specversion": "1.0",
        "id": "1",
        "source": "flyteadmin",
        "type": "com.flyte.resource.flyteidl.admin.WorkflowExecutionEventRequest",
        "data": {"event": {"executionId": FLYTE_RUN, "occurredAt": "2026-01-05T10:00:00Z"}},
    },
    "PUT /api/v1/definitions/dashboard": {"name": "Board", "template": "https://x.example.com/"},
    "PUT /api/v1/projects/secret/definitions/board": {"name": "B", "template": "https://b.example"},
    "POST /api/v1/definitions:preview": {
        "definition": {"name": "Board", "template": "https://x.example.com/"},
        "run": {"project": "secret", "domain": "development", "run": "r7", "action": "a0"},
    },
    "PUT /api/v1/tools/wiki": {"kind": "wiki", "base_url": "https://wiki.example.com"},
    "POST /api/v1/projects/secret/domains/development/runs/r7/links": {
        "name": "Notes",
        "url": "https://x.example.com/",
    },
    "POST /api/v1/projects/secret/domains/development/runs/r7/actions/a0/links": {
        "name": "Notes",
        "url": "https://x.example.com/",
    },
    "PUT /api/v1/projects/secret/tasks/train_model/versions/v3/links": [],
}
