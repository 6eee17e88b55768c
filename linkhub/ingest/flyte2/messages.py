"""The fields of Flyte 2's messages that LinkHub uses: numbers and names of flyteidl2 2.0.51.

Source: flyteidl2's descriptors; a test holds every line against the installed package.
"""

from __future__ import annotations

from linkhub.ingest.flyte2.wire import ENTRY, Field, Message, string_map


def _text(*names: str) -> Message:
    return {number: Field(name, "string") for number, name in enumerate(names, 1)}


RUN_ID = _text("org", "project", "domain", "name")
ACTION_ID: Message = {1: Field("run", RUN_ID), 2: Field("name", "string")}
PROJECT_ID = _text("organization", "domain", "name")
TASK_ID = _text("org", "project", "domain", "name", "version")
TASK_LOG: Message = {
    1: Field("uri", "string"),
    2: Field("name", "string"),
    3: Field("messageFormat", "int"),
    4: Field("ttl", "duration"),
    5: Field("ShowWhilePending", "bool"),
    6: Field("HideOnceFinished", "bool"),
    7: Field("linkType", "int"),
    8: Field("ready", "bool"),
    9: Field("iconUri", "string"),
}
IDENTIFIER: Message = {
    2: Field("project", "string"),
    3: Field("domain", "string"),
    4: Field("name", "string"),
    5: Field("version", "string"),
    6: Field("org", "string"),
}
TASK_TEMPLATE: Message = {
    1: Field("id", IDENTIFIER),
    2: Field("type", "string"),
    3: Field("metadata", {18: Field("logLinks", TASK_LOG, repeated=True)}),
    16: string_map("config"),
}
TASK_SPEC: Message = {1: Field("taskTemplate", TASK_TEMPLATE), 3: Field("shortName", "string")}
RUN_SPEC: Message = {1: Field("labels", {1: string_map("values")})}
CREATE_RUN: Message = {
    1: Field("runId", RUN_ID),
    2: Field("projectId", PROJECT_ID),
    3: Field("taskId", TASK_ID),
    4: Field("taskSpec", TASK_SPEC),
    6: Field("runSpec", RUN_SPEC),
    7: string_map("labels"),
    8: Field("runStartTime", "timestamp"),
}
CONTAINER: Message = {
    1: Field("containerName", "string"),
    2: Field(
        "process",
        {1: Field("containerStartTime", "timestamp"), 2: Field("containerEndTime", "timestamp")},
    ),
}
POD: Message = {
    1: Field("namespace", "string"),
    2: Field("podName", "string"),
    3: Field("containers", CONTAINER, repeated=True),
    4: Field("primaryContainerName", "string"),
}
LOG_CONTEXT: Message = {
    1: Field("pods", POD, repeated=True),
    2: Field("primaryPodName", "string"),
}
EVENT: Message = {
    1: Field("id", ACTION_ID),
    2: Field("attempt", "int"),
    3: Field("phase", "int"),
    4: Field("version", "int"),
    5: Field("startTime", "timestamp"),
    6: Field("updatedTime", "timestamp"),
    7: Field("endTime", "timestamp"),
    8: Field("errorInfo", {1: Field("message", "string"), 3: Field("code", "string")}),
    9: Field("logInfo", TASK_LOG, repeated=True),
    10: Field("logContext", LOG_CONTEXT),
    11: Field("cluster", "string"),
    15: Field("reportedTime", "timestamp"),
}
STATUS: Message = {
    1: Field("phase", "int"),
    2: Field("startTime", "timestamp"),
    3: Field("endTime", "timestamp"),
    4: Field("attempts", "int"),
}
UPDATE: Message = {
    1: Field("event", EVENT),
    2: Field("parentName", "string"),
    3: Field("group", "string"),
    4: Field("task", {1: Field("id", TASK_ID), 2: Field("spec", TASK_SPEC)}),
    5: Field("trace", {1: Field("name", "string")}),
    6: Field("status", STATUS),
}
REPORT_ACTIONS: Message = {
    1: Field("runId", RUN_ID),
    2: Field("updates", UPDATE, repeated=True),
}
REPORTED: Message = {
    1: Field("statuses", {1: Field("code", "int"), 2: Field("message", "string")}, repeated=True),
}
CREATED: Message = {
    1: Field("run", {1: Field("action", {1: Field("id", ACTION_ID), 3: Field("status", STATUS)})})
}
SELECT_CLUSTER: Message = {2: Field("projectId", PROJECT_ID), 8: Field("operation", "int")}
SELECTED_CLUSTER: Message = {1: Field("clusterEndpoint", "string"), 2: Field("cluster", "string")}
UPLOAD: Message = {
    1: Field("project", "string"),
    2: Field("domain", "string"),
    3: Field("filename", "string"),
    6: Field("filenameRoot", "string"),
    8: Field("org", "string"),
    9: Field("contentLength", "int"),
}
UPLOAD_LOCATION: Message = {
    1: Field("signedUrl", "string"),
    2: Field("nativeUrl", "string"),
    3: Field("expiresAt", "timestamp"),
    4: string_map("headers"),
}
INPUTS: Message = {2: Field("context", ENTRY, repeated=True)}
OAUTH_METADATA: Message = {
    1: Field("issuer", "string"),
    3: Field("tokenEndpoint", "string"),
    6: Field("tokenEndpointAuthMethodsSupported", "string", repeated=True),
    9: Field("grantTypesSupported", "string", repeated=True),
}
CLIENT_CONFIG: Message = {
    1: Field("clientId", "string"),
    4: Field("authorizationMetadataKey", "string"),
}
# Nothing of what was asked is looked at.
EMPTY: Message = {}
