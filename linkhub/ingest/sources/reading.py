"""The second half of a poll: reading followed runs, part by part.

What a part says and how far it came are recorded in one transaction, under the lease. One run
that cannot be read waits by itself, with its error, and stops no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone
from pydantic import ValidationError

from linkhub.accounts.models import Project
from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources.connector import Connector, Part, RunRef, TaskLinks
from linkhub.ingest.sources.errors import RunError, RunGone
from linkhub.ingest.sources.leases import Lease
from linkhub.ingest.sources.schedule import pause
from linkhub.ingest.sources.settings import Scope, SourceSettings
from linkhub.lib.plain_errors import plain_message
from linkhub.runs.record import record_run, record_task_links

log = structlog.get_logger(__name__)
BATCH = 100


@dataclass(frozen=True)
class Target:
    """Where a scope's runs go in LinkHub."""

    project: Project
    domain: str


class Targets:
    """The projects that runs go to, made on the first run as the API makes them."""

    def __init__(self, source: Source, settings: SourceSettings) -> None:
        self._source = source
        self._mappings = settings.mappings
        self._projects: dict[str, Project] = {}

    def of(self, scope: Scope) -> Target | None:
        """None where the settings do not name the scope any more."""
        mapping = self._mappings.get(scope)
        if mapping is None:
            return None
        domain = mapping.domain or scope.domain
        if mapping.project is None and self._source.project is not None:
            return Target(self._source.project, domain)
        name = mapping.project or scope.project
        if name not in self._projects:
            self._projects[name], _ = Project.objects.get_or_create(name=name)
        return Target(self._projects[name], domain)


class Reader:
    """Reads runs for one poll."""

    def __init__(
        self, source: Source, lease: Lease, connector: Connector[Any], targets: Targets
    ) -> None:
        self._source = source
        self._lease = lease
        self._connector = connector
        self._targets = targets

    def read_due(self) -> Iterator[None]:
        """Read what is due, the newest first; stops at every part, so that time can be looked at.

        Raises SourceError and LeaseLost.
        """
        while rows := self._due():
            for row in rows:
                yield from self.read(row)

    def read(self, row: FollowedRun) -> Iterator[None]:
        """Read one run to its end, or to where it went wrong."""
        target = self._targets.of(Scope(row.project, row.domain))
        if target is None:
            row.delete()
            return
        began = timezone.now()
        ref = RunRef(Scope(row.project, row.domain), row.name, row.created_at)
        finished = False
        try:
            for part in self._connector.read(ref, row.progress):
                self._keep(row, part, target)
                finished = part.finished
                yield
        except RunGone:
            finished = True
        except (RunError, ValidationError) as error:
            self._fail(row, error)
            return
        self._rest(row, began, None if finished else began + self._source.every)

    def _due(self) -> list[FollowedRun]:
        rows = FollowedRun.objects.filter(source=self._source, due_at__lte=timezone.now())
        return list(rows.order_by("-created_at", "pk")[:BATCH])

    def _keep(self, row: FollowedRun, part: Part, target: Target) -> None:
        with self._lease.writing():
            for links in part.task_links:
                self._keep_task_links(target.project, links)
            if part.document.model_fields_set:
                record_run(
                    project=target.project,
                    domain=target.domain,
                    name=row.name,
                    document=part.document,
                )
            row.progress = part.progress
            row.save(update_fields=["progress"])

    def _keep_task_links(self, project: Project, links: TaskLinks) -> None:
        record_task_links(
            project=project,
            task=links.task,
            version=links.version,
            links=list(links.links),
            updated_at=links.updated_at,
        )

    def _rest(self, row: FollowedRun, began: datetime, due: datetime | None) -> None:
        """Due again, or at rest; what a list found new in the meantime stays due."""
        with self._lease.writing():
            rows = FollowedRun.objects.filter(pk=row.pk)
            rows.update(read_at=began, failures=0, error="")
            rows.filter(mark=row.mark).update(due_at=due)

    def _fail(self, row: FollowedRun, error: Exception) -> None:
        sentence = _sentence(error)
        log.warning("run_not_read", source=self._source.name, run=str(row), error=sentence)
        with self._lease.writing():
            FollowedRun.objects.filter(pk=row.pk).update(
                failures=F("failures") + 1,
                error=sentence,
                due_at=timezone.now() + pause(row.failures + 1),
            )


def _sentence(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)[:500]
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"What the back end says is not valid: {where}: {plain_message(first['msg'])}."[:500]
