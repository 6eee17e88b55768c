"""Making and checking API tokens.

A token is `lhk_` and 36 URL-safe characters of 216 random bits: 40 characters, so that
`Bearer <token>` fits the 50 characters that a Flyte 2 notification's header value may have.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from linkhub.accounts.models import ApiToken, Project

# Writing on every request would make a token's row the hottest of the database.
LAST_USED_RESOLUTION = timedelta(minutes=1)


def create_token(
    *,
    name: str,
    abilities: Collection[str],
    project: Project | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Store a new token and return it with its secret, which is shown only this once."""
    secret = "lhk_" + secrets.token_urlsafe(27)
    token = ApiToken.objects.create(
        name=name,
        prefix=secret[:12],
        digest=_digest(secret),
        project=project,
        expires_at=expires_at,
        **{f"can_{ApiToken.Ability(ability).value}": True for ability in abilities},
    )
    return token, secret


def check_token(secret: str) -> ApiToken | None:
    """The usable token with this secret; its last use is noted, to the minute."""
    now = timezone.now()
    token = ApiToken.objects.select_related("project").filter(digest=_digest(secret)).first()
    if token is None or not token.usable_at(now):
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
