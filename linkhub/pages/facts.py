"""Facts as a page lists them: a label, a value, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linkhub.pages import addresses
from linkhub.runs.models import Run


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    href: str = ""


def as_facts(values: Mapping[str, str]) -> list[Fact]:
    return [Fact(key, value) for key, value in sorted(values.items())]


def facts_of_run(run: Run) -> list[Fact]:
    """What was recorded of the run itself, as far as it was given."""
    project, workflow = run.project.name, run.workflow.name if run.workflow else ""
    facts = [
        Fact("Project", project, addresses.of_project(project)),
        Fact("Domain", run.domain),
        Fact("Workflow", workflow, addresses.of_workflow(project, workflow) if workflow else ""),
        Fact("Version", run.version),
        Fact("Engine", run.engine),
        Fact("Launched by", run.launched_by),
        Fact("Organisation", run.org),
        Fact("Cluster", run.cluster),
        Fact("Namespace", run.namespace),
        Fact("Source", run.source),
    ]
    return [fact for fact in facts if fact.value]
