"""Which runs are past their time: by project and age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from linkhub.accounts.models import Project
from linkhub.lib.phases import TERMINAL
from linkhub.runs.models import Run

# A run that was never said to have ended is kept so many times as long.
UNENDED = 2


@dataclass(frozen=True)
class Limit:
    """A project whose runs are kept for so many days."""

    project: Project
    days: int

    def due(self, now: datetime) -> QuerySet[Run]:
        """Runs that are past their time, the oldest first, as an index has them.

        Age counts from the end. A run without one counts from its creation: where its phase is a
        terminal one as usual, else later, since it may still be going on.
        """
        age = timedelta(days=self.days)
        ended = Q(ended_at__lt=now - age)
        unknown_end = Q(ended_at=None, phase__in=TERMINAL)
        unended = Q(ended_at=None, created_at__lt=now - UNENDED * age)
        return Run.objects.filter(
            ended | unknown_end | unended, project=self.project, created_at__lt=now - age
        ).order_by("created_at", "name", "domain")


def limits(project: str | None = None) -> Iterator[Limit]:
    """Of the projects (or the one of this name) those whose runs are not kept for ever."""
    projects = Project.objects.order_by("name")
    for each in projects if project is None else projects.filter(name=project):
        days = settings.LINKHUB_KEEP_DAYS if each.keep_days is None else each.keep_days
        if days:
            yield Limit(each, days)
