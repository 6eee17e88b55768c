"""What can be looked at once the settings are read: LinkHub's own parts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from linkhub.embedded import static_files
from linkhub.embedded.doctor import outside
from linkhub.embedded.doctor.findings import Check, Finding, note, ok, told, wrong
from linkhub.ingest.sources.health import SourceState, health_of_sources
from linkhub.runs.nudges import MOST_MESSAGES, client
from linkhub.seeing.condition import QUEUES, look, wanted_queues
from linkhub.seeing.queue import MOST_RESTING, waiting

# Messages are nudges, a second apart: more wait only where nobody takes them.
MANY_MESSAGES = MOST_MESSAGES // 2
SHORT_SECRET = 40
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
DO = {
    "workers": "start a worker for each of them (docs/operations.md has the commands)",
    "beat": "start `celery -A linkhub beat`, one for the instance",
    "queue": "look at the workers' logs, or start more of them",
}


def checks(away: Collection[str]) -> list[tuple[str, Check]]:
    """Without those that would only say again that a server is `away`."""
    every = [
        ("settings", "", configuration),
        ("migrations", "database", migrations),
        ("parts", "database", parts),
        ("messages", "redis", messages),
        ("pending", "database", pending),
        ("sources", "database", sources),
        ("static", "", static),
        ("archive", "", archive),
    ]
    return [(part, check) for part, server, check in every if server not in away]


def configuration() -> Iterator[Finding]:
    yield ok("settings", "are complete")
    if settings.DEBUG:
        yield wrong("settings", "DEBUG is on and shows code to strangers", "unset DEBUG")
    if len(settings.SECRET_KEY) < SHORT_SECRET:
        do = f"make it random, of {SHORT_SECRET} characters at least"
        yield note("settings", "SECRET_KEY is short", do)
    if "*" in settings.ALLOWED_HOSTS:
        yield note("settings", "ALLOWED_HOSTS allows any", "name the hosts browsers use")
    if not settings.HTTPS and not LOCAL.issuperset(settings.ALLOWED_HOSTS):
        do = "put TLS before it and set LINKHUB_HTTPS=true"
        yield note("settings", "browsers reach LinkHub without https", do)


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    wanted = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = MigrationRecorder(connection).applied_migrations()
    known = executor.loader.disk_migrations or {}
    ahead = sorted(f"{app}.{name}" for app, name in applied if (app, name) not in known)
    if wanted:
        first = f"{wanted[0][0].app_label}.{wanted[0][0].name}"
        said = f"{len(wanted)} are not applied, {first} first"
        yield wrong("migrations", said, "run `manage.py migrate`")
    else:
        yield ok("migrations", "all are applied")
    if ahead:
        said = f"the database has {ahead[-1]} of a later version"
        yield note("migrations", said, "run that version; this one goes on beside it for a deploy")


def parts() -> Iterator[Finding]:
    """As /readyz has them, but for those that other checks look at more closely."""
    for part in look().parts:
        if part.name in DO:
            good = ok(
                part.name, "well" if part.name != "queue" else "new runs are resolved in time"
            )
            yield wrong(part.name, part.said.rstrip("."), DO[part.name]) if part.said else good


def messages() -> Iterator[Finding]:
    """What waits in Redis for workers to take."""
    counts = {queue: int(client().llen(queue)) for queue in QUEUES}
    many = [queue for queue in wanted_queues() if counts[queue] > MANY_MESSAGES]
    if many:
        said = f"{counts[many[0]]} wait in the queue {many[0]}"
        yield note("messages", said, "start a worker for it; the rows are the queue, none is lost")
    else:
        yield ok("messages", f"{sum(counts.values())} wait in Redis")


def pending() -> Iterator[Finding]:
    lanes = waiting()
    number, resting = sum(each.number for each in lanes), sum(each.resting for each in lanes)
    yield ok("pending", f"units that wait to be resolved: {number}")
    if resting:
        said = f"units that failed and rest: {resting}{'+' if resting >= MOST_RESTING else ''}"
        do = "their runs' pages show the errors; an edit or a new fact has them tried again"
        yield note("pending", said, do)


def sources() -> Iterator[Finding]:
    for source in health_of_sources():
        if source.state in (SourceState.FAILING, SourceState.LATE, SourceState.INCOMPLETE):
            said = f"{source.name} is {source.state} ({told(Exception(source.error))})"
            yield note("sources", said, "see it in the admin, under Sources")


def static() -> Iterator[Finding]:
    """Of the files that pages ask for; a container's are collected when it is built."""
    root = Path(settings.STATIC_ROOT)
    do = "run `manage.py collectstatic --noinput`"
    manifest = root / getattr(staticfiles_storage, "manifest_name", "")
    if not isinstance(staticfiles_storage, StaticFilesStorage) or not manifest.is_file():
        yield wrong("static", f"files are not collected in {root}", do)
        return
    number = len(json.loads(manifest.read_text())["paths"])
    stamp = root / static_files.STAMP
    if stamp.exists() and stamp.read_text() != static_files.sources_digest():
        yield note("static", f"files in {root} are of another version", do)
    else:
        yield ok("static", f"{number} files are collected in {root}")


def archive() -> Iterator[Finding]:
    """Where retention's worker writes: folders below it are made by it."""
    if settings.LINKHUB_ARCHIVE:
        path = Path(settings.LINKHUB_ARCHIVE)
        yield from outside.folder(
            "archive", next(each for each in (path, *path.parents) if each.exists())
        )
