"""The definitions of the bench: six for runs, each of a tool of its own, and one for projects."""

from __future__ import annotations

from typing import Any

from linkhub.links.configured import follow_configuration
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.models import Backfill

TOOLS: dict[str, dict[str, Any]] = {
    "grafana": {"kind": "grafana", "base_url": "https://grafana.example.com"},
    "loki": {"kind": "grafana", "base_url": "https://loki.example.com"},
    "wandb": {"kind": "wandb", "base_url": "https://wandb.ai"},
    "kubernetes": {"kind": "custom", "base_url": "https://k8s.example.com"},
    "registry": {"kind": "custom", "base_url": "https://models.example.com"},
    "cost": {"kind": "custom", "base_url": "https://cost.example.com"},
}
RUN_KEY, ACTION_KEY, PROJECT_KEY, URL_KEY = "workflow-logs", "container", "board", "wandb"
DEFINITIONS: dict[str, dict[str, Any]] = {
    RUN_KEY: {
        "name": "All workflow logs",
        "provider": "grafana_workflow_logs",
        "tool": "grafana",
        "level": "run",
        "link_type": "logs",
        "position": 1,
    },
    "pod-logs": {
        "name": "Pod logs",
        "provider": "grafana_pod_logs",
        "tool": "loki",
        "level": "pod",
        "link_type": "logs",
        "position": 2,
    },
    URL_KEY: {
        "name": "Weights & Biases",
        "provider": "wandb_run",
        "params": {"entity": "acme"},
        "tool": "wandb",
        "level": "action",
        "select": {"workflow": ["*_*"]},
        "position": 3,
    },
    "pod": {
        "name": "Pod {{ .podName }}",
        "template": "{{ tool.base_url }}/{{ .namespace }}/pods/{{ .podName }}",
        "tool": "kubernetes",
        "level": "pod",
        "position": 4,
    },
    ACTION_KEY: {
        "name": "Image",
        "template": "{{ tool.base_url }}/images?name={{ taskConfig.image }}&run={{ .runName }}",
        "tool": "registry",
        "level": "action",
        "when": {"all": [{"variable": "taskConfig.image", "op": "exists"}]},
        "position": 5,
    },
    "cost": {
        "name": "Cost",
        "template": (
            "{{ tool.base_url }}/{{ .project }}/{{ .domain }}?owner={{ context.owner }}"
            "&from={{ .runStartTime | epoch_ms }}[[&to={{ .runEndTime | epoch_ms }}]]"
        ),
        "tool": "cost",
        "level": "run",
        "select": {"domain": "*"},
        "hide_once_finished": False,
        "position": 6,
    },
    PROJECT_KEY: {
        "name": "Board",
        "template": "{{ tool.base_url }}/d/{{ .project }}",
        "tool": "grafana",
        "level": "project",
        "position": 7,
    },
}


def define() -> None:
    """Save tools and definitions; there are no runs yet that a backfill would have to reach.

    Settings are followed as well, or workers would take them for changed, and resolve everything.
    """
    follow_configuration()
    for name, tool in TOOLS.items():
        save_tool(name=name, document=ToolDocument.model_validate(tool))
    for key, definition in DEFINITIONS.items():
        document = DefinitionDocument.model_validate(definition)
        save_definition(project=None, key=key, document=document)
    Backfill.objects.update(status=Backfill.Status.DONE)
