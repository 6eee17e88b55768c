"""The demo's tools and link definitions, as the documents that the API takes."""

from __future__ import annotations

from typing import Any

# Grafana has no base URL: its links go to the default, http://localhost:3000.
TOOLS: dict[str, dict[str, Any]] = {
    "grafana": {"kind": "grafana", "title": "Grafana", "position": 1},
    "wandb": {
        "kind": "wandb",
        "title": "Weights & Biases",
        "base_url": "https://wandb.ai",
        "position": 2,
    },
    "model-registry": {
        "kind": "custom",
        "title": "Model registry",
        "base_url": "https://models.example.com",
        "position": 3,
    },
}

TRAINING = ["train*", "distributed_training", "hyperparameter_sweep", "run_trial", "*score*"]

DEFINITIONS: dict[str, dict[str, Any]] = {
    "pod-logs": {
        "name": "Pod logs",
        "description": "Log lines of one pod, over the time it lived.",
        "provider": "grafana_pod_logs",
        "tool": "grafana",
        "level": "pod",
        "group": "Logs",
        "link_type": "logs",
        "position": 2,
    },
    "workflow-logs": {
        "name": "All workflow logs",
        "description": "Log lines of every pod of the run.",
        "provider": "grafana_workflow_logs",
        "tool": "grafana",
        "level": "run",
        "group": "Logs",
        "link_type": "logs",
        "position": 1,
    },
    "wandb": {
        "name": "Weights & Biases",
        "description": "Metrics and charts of the training.",
        "provider": "wandb_run",
        "tool": "wandb",
        "level": "action",
        "group": "Experiments",
        "link_type": "dashboard",
        "select": {"task": TRAINING},
        "position": 3,
    },
    "model-card": {
        "name": "Model card",
        "description": "The model that this run registers.",
        "template": "{{ .tool.base_url }}/{{ .project }}/{{ .workflow }}?run={{ .runName }}",
        "tool": "model-registry",
        "level": "run",
        "select": {"workflow": ["train_*", "distributed_*", "hyperparameter_*"]},
        "group": "Results",
        "position": 4,
    },
    "models": {
        "name": "All models",
        "description": "Every model that the project has registered.",
        "template": "{{ .tool.base_url }}/{{ .project }}",
        "tool": "model-registry",
        "level": "project",
        "group": "Results",
        "position": 5,
    },
}
