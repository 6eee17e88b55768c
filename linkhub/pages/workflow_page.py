"""What a workflow's page shows above its runs: its last thirty days, and how its links do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from linkhub.accounts.models import Project, User
from linkhub.pages.coverage import KEPT, coverage_of
from linkhub.pages.stars import StarButton, star_button
from linkhub.pages.strips import Day, days_of, strip, summary, together
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Workflow


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """`outcomes` and `coverage` are in markup, `""` where there is nothing to show."""

    project: Project
    name: str
    domains: list[str]
    star: StarButton
    outcomes: SafeString
    coverage: SafeString


def workflow_page(workflows: Sequence[Workflow], user: User, now: datetime) -> WorkflowPage:
    """`workflows` are the same one in its domains."""
    project, name = workflows[0].project, workflows[0].name
    today = now.astimezone(UTC).date()
    days = together(days_of([each.pk for each in workflows], today).values())
    return WorkflowPage(
        project=project,
        name=name,
        domains=[each.domain for each in workflows],
        star=star_button(user, project, name),
        outcomes=_outcomes(tuple(days)),
        coverage=coverage_of(project.pk, Toolbox.load(), today=today, workflow=name),
    )


# The days before today hardly change any more.
@lru_cache(maxsize=KEPT)
def _outcomes(days: tuple[Day, ...]) -> SafeString:
    """The days of all its domains together, drawn and as a table of those that had runs."""
    if not any(day.runs for day in days):
        return SafeString()
    context = {
        "summary": summary(days),
        "strip": strip(days, told=True),
        "days": [day for day in reversed(days) if day.runs],
    }
    return render_to_string("components/outcomes.html", context)
