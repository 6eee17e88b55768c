"""Bodies as one would send them, for the OpenAPI document. Tests send them."""

from __future__ import annotations

from typing import Any

LINK: dict[str, Any] = {
    "key": "notes",
    "name": "Notes",
    "url": "https://wiki.example.com/runs/{{ .runName }}",
}
EMITTED: dict[str, Any] = {
    "key": "report",
    "name": "Report",
    "url": "https://reports.example.com/r7.html",
    "ttl": "30d",
}
WANDB: dict[str, Any] = {
    "name": "Weights & Biases",
    "provider": "wandb_run",
    "params": {"entity": "vision", "project": "cats", "run_mode": "new"},
}
TASK_LOG: dict[str, Any] = {
    "name": "Logs",
    "uri": "https://logs.example.com/{{ .podName }}",
    "ShowWhilePending": False,
    "HideOnceFinished": True,
    "linkType": "DASHBOARD",
}
POD: dict[str, Any] = {
    "name": "r7-x1-0",
    "namespace": "ml-dev",
    "container": "main",
    "node": "ip-1",
    "worker_index": 0,
    "primary": True,
    "started_at": "2026-01-05T10:00:02Z",
}
ACTION: dict[str, Any] = {
    "parent": "a0",
    "task": "train_model",
    "task_version": "v3",
    "phase": "running",
    "started_at": "2026-01-05T10:00:02Z",
    "context": {"wandb_id": "abc"},
    "attempts": [{"number": 1, "phase": "running", "pods": [POD]}],
    "links": [WANDB],
}
RUN: dict[str, Any] = {
    "workflow": "train_pipeline",
    "version": "v3",
    "engine": "flyte2",
    "phase": "running",
    "launched_by": "ana",
    "cluster": "gpu-1",
    "created_at": "2026-01-05T10:00:00Z",
    "started_at": "2026-01-05T10:00:01Z",
    "updated_at": "2026-01-05T10:00:04Z",
    "labels": {"team": "vision"},
    "context": {"wandb_project": "cats"},
    "links": [LINK],
    "actions": [{"name": "a0", "task": "train_pipeline"}, {"name": "x1", **ACTION}],
}
NAMES: dict[str, Any] = {"project": "flytesnacks", "domain": "development", "run": "r7"}
BATCH: list[dict[str, Any]] = [
    {**NAMES, **RUN},
    {**NAMES, "run": "r8", "workflow": "train_pipeline", "phase": "queued"},
]
DEFINITION: dict[str, Any] = {
    "name": "Board of {{ .taskName }}",
    "level": "action",
    "template": "https://boards.example.com/{{ .project }}/{{ .runName }}",
    "select": {"project": "flyte*", "domain": ["development", "production"]},
    "when": {"all": [{"variable": "phase", "op": "in", "value": ["running", "succeeded"]}]},
    "ttl": "30d",
}
TOOL: dict[str, Any] = {
    "kind": "grafana",
    "base_url": "https://grafana.example.com",
    "settings": {"loki_uid": "loki", "org_id": "1"},
    "overrides": [{"domain": "production", "base_url": "https://grafana.prod.example.com"}],
}
FILE: dict[str, Any] = {
    "version": 1,
    "label": "platform",
    "tools": [{"name": "grafana", **TOOL}],
    "definitions": [
        {"key": "pod-logs", "provider": "grafana_pod_logs", "tool": "grafana", "level": "pod"},
        {"key": "board", "project": "flytesnacks", **DEFINITION},
    ],
}
PREVIEW: dict[str, Any] = {
    "definition": {"key": "board", **DEFINITION},
    "document": {**NAMES, **RUN},
}
LINEAGE: dict[str, Any] = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-05T10:05:00Z",
    "producer": "https://github.com/apache/airflow",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "job": {"namespace": "data-team", "name": "daily_report.load"},
    "run": {
        "runId": "01941f29-7c00-7000-8000-000000000002",
        "facets": {
            "parent": {
                "run": {"runId": "01941f29-7c00-7000-8000-000000000001"},
                "job": {"namespace": "data-team", "name": "daily_report"},
            },
            "airflow": {
                "dag": {"dag_id": "daily_report"},
                "dagRun": {"run_id": "scheduled__2026-01-05T00:00:00+00:00"},
                "task": {"task_id": "load", "operator_class": "PythonOperator"},
                "taskInstance": {
                    "try_number": 1,
                    "log_url": "https://airflow.example.com/dags/daily_report/runs/"
                    "scheduled__2026-01-05T00%3A00%3A00%2B00%3A00/tasks/load?try_number=1",
                },
            },
        },
    },
}
CLOUDEVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "com.flyte.resource.flyteidl.admin.TaskExecutionEventRequest",
    "source": "https://github.com/flyteorg/flyte/flyteadmin",
    "id": "resource_type:TASK project:flytesnacks.RUNNING",
    "data": {
        "requestId": "1",
        "event": {
            "taskId": {"project": "flytesnacks", "domain": "development", "name": "train"},
            "parentNodeExecutionId": {
                "nodeId": "n0",
                "executionId": {
                    "project": "flytesnacks",
                    "domain": "development",
                    "name": "f7a1b2c3",
                },
            },
            "phase": "RUNNING",
            "occurredAt": "2026-01-05T10:00:02Z",
            "logs": [{"name": "Logs", "uri": "https://logs.example.com/f7a1b2c3-n0-0"}],
            "metadata": {"generatedName": "f7a1b2c3-n0-0", "pluginIdentifier": "container"},
        },
    },
}
