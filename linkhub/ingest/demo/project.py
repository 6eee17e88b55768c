"""Loading and removing the demo project.

Both may be repeated, and neither touches what is not the demo's own.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.ingest.demo.definitions import DEFINITIONS, TOOLS
from linkhub.ingest.demo.runs import as_document, stories
from linkhub.links.checks import Invalid
from linkhub.links.definitions import delete_definition, delete_tool, save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument, tool_columns
from linkhub.links.models import LinkDefinition, Tool
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Run, Task, Workflow
from linkhub.runs.record import record_run

NAME = "flytesnacks"
SOURCE = "demo"
DESCRIPTION = "A demo: two weeks of a small machine-learning team."


@transaction.atomic
def load() -> int:
    """Make the demo project; return how many runs were recorded. What is there stays as it is."""
    project, _ = Project.objects.get_or_create(name=NAME, defaults={"description": DESCRIPTION})
    for name, tool in TOOLS.items():
        if not Tool.objects.filter(name=name).exists():
            save_tool(name=name, document=ToolDocument.model_validate(tool))
    for key, definition in DEFINITIONS.items():
        if not LinkDefinition.objects.alive().filter(project=project, key=key).exists():
            document = DefinitionDocument.model_validate(definition)
            save_definition(project=project, key=key, document=document)
    return _record(project)


def _record(project: Project) -> int:
    now = timezone.now().replace(second=0, microsecond=0)
    there = set(project.runs.values_list("domain", "name"))
    new = [story for story in stories() if (story.domain, story.name) not in there]
    new.sort(key=lambda story: story.ago, reverse=True)
    for story in new:
        text = json.dumps(as_document(story, now), default=datetime.isoformat)
        document = RunDocument.model_validate_json(text)
        record_run(project=project, domain=story.domain, name=story.name, document=document)
    return len(new)


@transaction.atomic
def remove() -> int:
    """Take the demo away; return how many runs went. A project with other runs stays."""
    project = Project.objects.filter(name=NAME).first()
    if project is None:
        return 0
    runs = Run.objects.filter(project=project, source=SOURCE)
    number = runs.count()
    runs.delete()
    if project.runs.exists():
        _clear(project)
    else:
        project.delete()
    _remove_tools()
    return number


def _clear(project: Project) -> None:
    """Leave in the project what other runs and people have put there."""
    for key in DEFINITIONS:
        delete_definition(project=project, key=key)
    Workflow.objects.filter(project=project, runs=None).delete()
    used = Run.objects.filter(project=project).values("actions__task")
    Task.objects.filter(project=project, links=[]).exclude(pk__in=used).delete()


def _remove_tools() -> None:
    """The demo's tools, where nobody has changed them or made use of them."""
    for name, tool in TOOLS.items():
        columns = tool_columns(ToolDocument.model_validate(tool))
        stored = Tool.objects.filter(name=name).values(*columns).first()
        if stored == columns:
            try:
                delete_tool(name=name)
            except Invalid:
                continue
