"""Applying files in tests, and files to apply."""

from __future__ import annotations

from typing import Any

import pytest

from linkhub.accounts.models import Project
from linkhub.links.as_code.applying import apply_file, plan_file
from linkhub.links.as_code.file import read_file
from linkhub.links.as_code.plan import Options, Plan, Scope
from linkhub.links.as_code.tree import BadFile
from linkhub.links.edits import Edit
from linkhub.links.models import LinkDefinition

FILE = """\
version: 1
label: platform
tools:
  - name: grafana
    kind: grafana
    base_url: https://grafana.example.com
definitions:
  - key: pod-logs
    provider: grafana_pod_logs
    tool: grafana
    level: pod
  - key: board
    project: flytesnacks
    template: https://boards.example.com/{{ .runName }}
    select: {workflow: train_*}
"""


def apply(text: str, *, project: Project | None = None, **options: Any) -> Plan:
    return apply_file(
        read_file(text), scope=Scope(project), options=Options(**options), edit=Edit(way="apply")
    )


def plan(text: str, *, project: Project | None = None, **options: Any) -> Plan:
    return plan_file(read_file(text), scope=Scope(project), options=Options(**options))


def mistakes(text: str, **options: Any) -> list[str]:
    """Each with its line, of a file that is refused as a whole."""
    with pytest.raises(BadFile) as caught:
        apply(text, **options)
    return [str(one) for one in caught.value.mistakes]


def keys() -> set[str]:
    return set(LinkDefinition.objects.alive().values_list("key", flat=True))
