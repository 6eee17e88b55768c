"""The first admin of an instance that has no user yet."""

from __future__ import annotations

import secrets

from linkhub.accounts.models import User

NAME = "admin"


def ensure_first_admin() -> str | None:
    """Make `admin` with a one-time password where there is no user; return the password."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(NAME, password=password)
    return password
