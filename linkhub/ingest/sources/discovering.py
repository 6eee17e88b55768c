"""The first half of a poll: what the back end lists becomes rows, and the cursor moves with them.

Rows and cursor are written in one transaction, so that a poll that ends anywhere neither loses a
run nor lists from the beginning again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources.connector import Connector, Found, Page
from linkhub.ingest.sources.leases import Lease
from linkhub.ingest.sources.settings import Scope


def discover(
    lease: Lease, connector: Connector[Any], scope: Scope, *, over: Callable[[], bool]
) -> bool:
    """Keep all that a scope's list says; whether it came to the list's end before it was `over`.

    Raises SourceError, RunError, LeaseLost.
    """
    cursor = Source.objects.values_list("cursor", flat=True).get(pk=lease.source)
    for page in connector.discover(scope, dict(cursor.get(str(scope), {}))):
        with lease.writing():
            _keep_runs(lease, page.found)
            _forget_settled(lease, scope, page)
            _keep_cursor(lease, scope, page)
        if over():
            return False
    return True


def _keep_runs(lease: Lease, found: Sequence[Found]) -> None:
    """New runs are due, and known ones of which the list says something new."""
    now = timezone.now()
    newest = {(each.scope, each.name): each for each in found}
    rows = {key: _row(lease, each) for key, each in newest.items()}
    known = FollowedRun.objects.filter(
        source=lease.source, name__in={name for _, name in newest}
    ).select_for_update()
    changed = []
    for stored in known.order_by("pk"):
        row = rows.pop((Scope(stored.project, stored.domain), stored.name), None)
        if row is not None and row.mark != stored.mark:
            stored.mark, stored.due_at = row.mark, now
            changed.append(stored)
    FollowedRun.objects.bulk_update(changed, ["mark", "due_at"])
    for row in rows.values():
        row.due_at = now
    FollowedRun.objects.bulk_create(rows.values(), ignore_conflicts=True)


def _row(lease: Lease, found: Found) -> FollowedRun:
    return FollowedRun(
        source_id=lease.source,
        project=found.scope.project,
        domain=found.scope.domain,
        name=found.name,
        created_at=found.created_at,
        mark=found.mark,
    )


def _forget_settled(lease: Lease, scope: Scope, page: Page) -> None:
    """Rows at rest that no list will bring again."""
    if page.settled_before is None:
        return
    FollowedRun.objects.filter(
        source=lease.source,
        project=scope.project,
        domain=scope.domain,
        due_at=None,
        created_at__lt=page.settled_before,
    ).delete()


def _keep_cursor(lease: Lease, scope: Scope, page: Page) -> None:
    # The row is locked by the lease's update.
    source = Source.objects.only("cursor").get(pk=lease.source)
    source.cursor[str(scope)] = page.cursor
    source.save(update_fields=["cursor"])
