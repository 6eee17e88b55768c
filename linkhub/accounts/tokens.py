"""Making and checking API tokens.

A token is `lhk_` and 36 URL-safe characters of 216 random bits: 40 characters, so that
`Bearer <token>` fits the 50 characters that a Flyte 2 notification's header value may have.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from linkhub.accounts.audit import Actor, record_change
from linkhub.accounts.models import ApiToken, Project, User
from linkhub.lib.made_once import models_of

# Writing on every request would make a token's row the hottest of the database.
LAST_USED_RESOLUTION = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    name: str,
    abilities: Collection[str],
    project: Project | None = None,
    owner: User | None = None,
    expires_at: datetime | None = None,
    actor: Actor = "manage.py",
) -> tuple[ApiToken, str]:
    """Store a new token and return it with its secret, which is shown only this once.

    With an `owner` it is that person's; without, a service's. `actor` is who makes it.
    """
    secret = "lhk_" + secrets.token_urlsafe(27)
    token = ApiToken.objects.create(
        name=name,
        prefix=secret[:12],
        digest=_digest(secret),
        project=project,
        owner=owner,
        expires_at=expires_at,
        created_by=actor if isinstance(actor, User) else None,
        **{f"can_{ApiToken.Ability(ability).value}": True for ability in abilities},
    )
    _record(token, actor, "created")
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Actor) -> bool:
    """From now on it opens nothing; return whether it was open until now."""
    open_yet = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    if not open_yet.update(revoked_at=timezone.now()):
        return False
    _record(token, actor, "revoked")
    return True


def check_token(secret: str) -> ApiToken | None:
    """The usable token with this secret; its last use is noted, to the minute."""
    now = timezone.now()
    token = _by_digest(_digest(secret))
    if token is None or not token.usable_at(now):
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _by_digest(digest: bytes) -> ApiToken | None:
    """With project and owner. Asked by every request of a program, and making the query of models
    took Django longer than all the rest of its answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    token: ApiToken
    token, token.project, token.owner = models_of(row, *_columns())
    return token


@functools.cache
def _columns() -> list[tuple[type[Any], list[str]]]:
    """What is read of each model: columns whose values need no conversion."""
    return [
        (model, [field.attname for field in model._meta.concrete_fields])
        for model in (ApiToken, Project, User)
    ]


@functools.cache
def _statement() -> str:
    read = ", ".join(
        f'{alias}."{name}"'
        for alias, (_, names) in zip("tpu", _columns(), strict=True)
        for name in names
    )
    tables = [model._meta.db_table for model, _ in _columns()]
    return (
        f"SELECT {read} FROM {tables[0]} AS t LEFT JOIN {tables[1]} AS p ON p.id = t.project_id"  # noqa: S608
        f" LEFT JOIN {tables[2]} AS u ON u.id = t.owner_id WHERE t.digest = %s"
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _record(token: ApiToken, actor: Actor, action: str) -> None:
    document = {
        "owner": token.owner.get_username() if token.owner else None,
        "abilities": [ability for ability in ApiToken.Ability.values if token.can(ability)],
        "expires_at": token.expires_at,
    }
    made = action == "created"
    record_change(
        actor=actor,
        action=action,
        kind="token",
        name=str(token),
        project=token.project,
        before=None if made else document,
        after=document if made else None,
    )
