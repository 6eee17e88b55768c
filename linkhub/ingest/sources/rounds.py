"""One poll of one source: claim it, list, read what is due, then wait for hints for a while.

Whatever ends a poll (an error, a killed worker, a pause) leaves rows and a cursor from which the
next one goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from pydantic import ValidationError

from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources.connector import Connector, Opened, RunRef
from linkhub.ingest.sources.credentials import read_credential
from linkhub.ingest.sources.discovering import discover
from linkhub.ingest.sources.errors import Misconfigured, RunError, SourceError, Unreachable
from linkhub.ingest.sources.http import Http
from linkhub.ingest.sources.leases import Lease, LeaseLost, claim, held
from linkhub.ingest.sources.reading import Reader, Targets
from linkhub.ingest.sources.registry import connector_of
from linkhub.ingest.sources.schedule import pause
from linkhub.ingest.sources.settings import Scope, SourceSettings
from linkhub.lib.plain_errors import plain_message

log = structlog.get_logger(__name__)
# Other sources get their turn, and a stopping worker is not kept waiting.
LIST_SECONDS = 10.0
READ_SECONDS = 30.0
WATCH_SECONDS = 20.0
# Set when the worker stops: polls end at their next step.
stopping = threading.Event()


def poll(source: int) -> bool:
    """Poll a source if it is due; whether it was. Its outcome stands on its row."""
    lease = claim(source)
    if lease is None:
        return False
    try:
        _poll(lease)
    except LeaseLost:
        log.info("source_lease_lost", source=source)
    except SourceError as error:
        _fail(lease, str(error), error.retry_after if isinstance(error, Unreachable) else None)
    except Exception as error:
        _fail(lease, f"LinkHub itself failed ({type(error).__name__}); its log says more.")
        raise
    return True


def _poll(lease: Lease) -> None:
    began = timezone.now()
    source = held(lease).select_related("project").get()
    connector, parsed = open_connector(source, lease)
    try:
        _Round(source, lease, connector, parsed, began).run()
    finally:
        connector.close()
        connector.opened.http.close()


def open_connector(source: Source, lease: Lease | None) -> tuple[Connector[Any], SourceSettings]:
    """The source's connector with its checked settings. Raises Misconfigured."""
    kind = connector_of(source.kind)
    parsed = parse_settings(source.kind, source.settings)
    http = Http(
        hosts=tuple(settings.LINKHUB_CONNECTOR_HOSTS),
        before_call=lease.keep if lease else lambda: None,
    )
    opened = Opened(
        settings=parsed,
        address=source.address.rstrip("/"),
        credential=read_credential(source.credentials_variable),
        http=http,
        clock=timezone.now,
    )
    return kind(opened), parsed


def parse_settings(kind: str, given: dict[str, Any]) -> SourceSettings:
    """The settings of a kind. Raises Misconfigured with the first field at fault."""
    try:
        return connector_of(kind).Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Misconfigured(f"Settings: {where}: {plain_message(first['msg'])}.") from error


class _Round:
    def __init__(
        self,
        source: Source,
        lease: Lease,
        connector: Connector[Any],
        parsed: SourceSettings,
        began: datetime,
    ) -> None:
        self._source = source
        self._lease = lease
        self._connector = connector
        self._scopes = list(parsed.mappings)
        self._reader = Reader(source, lease, connector, Targets(source, parsed))
        self._began = began
        self._deadline = time.monotonic() + LIST_SECONDS
        self._problems: list[str] = []

    def run(self) -> None:
        listed = [self._discover(scope) for scope in self._scopes]
        self._deadline = time.monotonic() + READ_SECONDS
        all_read = self._read(self._reader.read_due()) and all(listed)
        _succeed(self._lease, self._began, caught_up=all_read, problems=self._problems)
        if all_read and not self._problems:
            self._watch()
        self._end(all_read)

    def _discover(self, scope: Scope) -> bool:
        """Whether to the end. A scope that cannot be listed is named, and stops no other."""
        try:
            return discover(self._lease, self._connector, scope, over=self._over)
        except RunError as error:
            self._problems.append(f"{scope}: {error}")
            return True

    def _read(self, steps: Iterator[None]) -> bool:
        """Whether everything was read in the time that there is."""
        return all(not self._over() for _ in steps)

    def _over(self) -> bool:
        return stopping.is_set() or time.monotonic() > self._deadline

    def _watch(self) -> None:
        """Read again what the back end says has changed."""
        live = self._live()
        seconds = min(WATCH_SECONDS, self._source.every.total_seconds())
        self._deadline = time.monotonic() + seconds
        for hint in self._connector.watch(live, seconds):
            if self._over():
                return
            self._lease.keep()
            if hint is not None and not self._follow(*hint):
                return

    def _follow(self, scope: Scope, name: str) -> bool:
        row = FollowedRun.objects.filter(
            source=self._source, project=scope.project, domain=scope.domain, name=name
        ).first()
        if row is None:
            # A new run: the list says when it was created.
            return self._discover(scope) and self._read(self._reader.read_due())
        return self._read(self._reader.read(row))

    def _live(self) -> list[RunRef]:
        rows = FollowedRun.objects.filter(source=self._source, due_at__isnull=False)
        return [
            RunRef(Scope(row.project, row.domain), row.name, row.created_at)
            for row in rows.order_by("-created_at", "pk")[:100]
        ]

    def _end(self, all_read: bool) -> None:
        """At once where there is more to read, else after the source's interval."""
        due = self._began + self._source.every if all_read else timezone.now()
        held(self._lease).update(claim=None, claimed_until=None, next_poll_at=due)


def _succeed(lease: Lease, began: datetime, *, caught_up: bool, problems: list[str]) -> None:
    now = timezone.now()
    fields: dict[str, Any] = {"last_success_at": now, "failures": 0, "last_error": ""}
    if problems:
        fields = {"failures": 0, "last_error": " ".join(problems)[:2000], "last_error_at": now}
    elif caught_up:
        fields["caught_up_at"] = began
    held(lease).update(**fields)


def _fail(lease: Lease, sentence: str, retry_after: float | None = None) -> None:
    """The source rests for a pause that grows with every failure."""
    row = held(lease).first()
    if row is None:
        return
    log.warning("source_failed", source=row.name, error=sentence, failures=row.failures + 1)
    now = timezone.now()
    held(lease).update(
        claim=None,
        claimed_until=None,
        failures=row.failures + 1,
        last_error=sentence[:2000],
        last_error_at=now,
        next_poll_at=now + pause(row.failures + 1, retry_after),
    )
