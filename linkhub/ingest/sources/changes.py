"""Changing sources: every change takes the lease away and is kept in the audit log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import User
from linkhub.ingest.models import FollowedRun, Source

# What an admin sets; all else is the poll's.
CONFIGURED = (
    "kind",
    "address",
    "project",
    "settings",
    "credentials_variable",
    "interval",
    "enabled",
)
FRESH: dict[str, Any] = {
    "claim": None,
    "claimed_until": None,
    "failures": 0,
    "last_error": "",
}


def save_source(source: Source, *, user: User) -> None:
    """Store a new or edited source; it is polled at once. Another address is another back end,
    of which nothing has been read yet."""
    with transaction.atomic():
        stored = Source.objects.select_for_update().filter(pk=source.pk).first()
        before = stored and as_document(stored)
        if stored is None:
            source.save()
        elif before != as_document(source):
            _update(source, anew=_elsewhere(stored, source))
        else:
            return
        action = "changed" if stored else "created"
        _audit(source, user=user, action=action, before=before, after=as_document(source))


def delete_source(source: Source, *, user: User) -> None:
    """What it recorded stays."""
    with transaction.atomic():
        before = as_document(source)
        source.delete()
        _audit(source, user=user, action="deleted", before=before, after=None)


def pause_source(source: Source, *, user: User) -> None:
    _switch(source, user=user, enabled=False)


def resume_source(source: Source, *, user: User) -> None:
    _switch(source, user=user, enabled=True)


def poll_now(source: Source) -> None:
    """Due at once, whatever pause an error has brought. No change of the source: not audited."""
    Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())


def read_anew(source: Source, *, user: User) -> None:
    """Forget how far reading came: the next poll lists and reads everything again."""
    with transaction.atomic():
        stored = Source.objects.select_for_update().get(pk=source.pk)
        _forget(stored)
        document = as_document(stored)
        _audit(
            stored,
            user=user,
            action="changed",
            before=document,
            after=document,
            reason="read everything again",
        )


def as_document(source: Source) -> dict[str, Any]:
    """A source as it was configured; it holds no secret, only where one is found."""
    return {
        "name": source.name,
        "kind": source.kind,
        "address": source.address,
        "project": source.project.name if source.project else None,
        "settings": source.settings,
        "credentials_variable": source.credentials_variable,
        "interval_seconds": source.interval.total_seconds() if source.interval else None,
        "enabled": source.enabled,
    }


def _elsewhere(stored: Source, source: Source) -> bool:
    return (stored.kind, stored.address) != (source.kind, source.address)


def _update(source: Source, *, anew: bool) -> None:
    if anew:
        _forget(source)
    fields = {name: getattr(source, name) for name in CONFIGURED}
    Source.objects.filter(pk=source.pk).update(**fields, **FRESH, next_poll_at=timezone.now())


def _forget(source: Source) -> None:
    FollowedRun.objects.filter(source=source).delete()
    Source.objects.filter(pk=source.pk).update(
        cursor={}, caught_up_at=None, **FRESH, next_poll_at=timezone.now()
    )


def _switch(source: Source, *, user: User, enabled: bool) -> None:
    with transaction.atomic():
        stored = Source.objects.select_for_update().get(pk=source.pk)
        if stored.enabled == enabled:
            return
        before = as_document(stored)
        stored.enabled = enabled
        _update(stored, anew=False)
        _audit(stored, user=user, action="changed", before=before, after=as_document(stored))


def _audit(source: Source, *, user: User, action: str, reason: str = "", **documents: Any) -> None:
    record_change(
        actor=user,
        action=action,
        kind="source",
        name=source.name,
        project=source.project,
        reason=reason,
        **documents,
    )
