"""What was changed, by whom: entries that nothing changes or removes, save retention on purpose.

A trigger of the database holds that: migration `0002_audit_entries`. Whoever changes a definition,
a tool, a membership, a token or a source calls `record_change` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from linkhub.accounts.models import ApiToken, AuditEntry, Project, User
from linkhub.lib.callers import current_caller

__all__ = ["AuditEntry", "delete_entries_before", "record_change"]

log = structlog.get_logger(__name__)
Actor = User | ApiToken | str


def record_change(
    *,
    actor: Actor,
    action: str,
    kind: str,
    name: str,
    project: Project | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Keep who did what, in the caller's transaction: undone with the change if that is.

    `actor` is a user, a token, or the name of the command or worker that did it. `action` is one
    of `AuditEntry.Action`. `name` is the natural key of what was changed, of the kind `kind`
    (`definition`, `tool`, `membership`, `token`, `source`, …) in `project`, where it has one.
    `before` and `after` are documents as the API gives them, without secrets; none where there
    was nothing, or is nothing any more. Address and request come from the request at hand.
    """
    caller = current_caller()
    actor_kind, actor_id, actor_name = _actor(actor)
    entry = AuditEntry.objects.create(
        actor_kind=actor_kind,
        actor_id=actor_id,
        actor=actor_name,
        action=AuditEntry.Action(action),
        kind=kind,
        name=name,
        project=project,
        project_name=project.name if project else "",
        before=before,
        after=after,
        reason=reason,
        address=caller.address if caller else "",
        request_id=caller.request_id if caller else "",
    )
    transaction.on_commit(lambda: _tell(entry))
    return entry


def delete_entries_before(moment: datetime, *, limit: int = 10_000) -> int:
    """Remove up to `limit` of the oldest entries from before `moment`; return how many.

    This alone may: it tells the trigger so, for its own transaction.
    """
    old = AuditEntry.objects.filter(at__lt=moment).order_by("at", "pk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('linkhub.audit_retention', 'on', true)")
        number, _ = AuditEntry.objects.filter(pk__in=old.values("pk")[:limit]).delete()
        cursor.execute("SELECT set_config('linkhub.audit_retention', '', true)")
    return number


def _actor(actor: Actor) -> tuple[str, int | None, str]:
    match actor:
        case User():
            return AuditEntry.ActorKind.USER, actor.pk, actor.get_username()
        case ApiToken():
            return AuditEntry.ActorKind.TOKEN, actor.pk, str(actor)
        case _:
            return AuditEntry.ActorKind.SYSTEM, None, actor


def _tell(entry: AuditEntry) -> None:
    """A line in the log too: whoever can drop the trigger cannot reach where logs are shipped."""
    log.info(
        "audit",
        actor_kind=entry.actor_kind,
        actor=entry.actor,
        action=entry.action,
        kind=entry.kind,
        name=entry.name,
        project=entry.project_name,
        reason=entry.reason,
        address=entry.address,
    )
