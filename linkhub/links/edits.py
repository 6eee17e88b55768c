"""Who changes a definition or a tool, which way, and why: for its history and the audit log.

django-simple-history writes a row's history when the row is saved. What it does not know itself
(the token that was used, the way the change came) it takes from the edit at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from linkhub.accounts.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class Edit:
    """`way` is how the change came: admin, API, apply, import or the name of a command.

    `label` is that of the file which makes the change, for what only this file may change.
    """

    user: User | None = None
    token: ApiToken | None = None
    reason: str = ""
    way: str = ""
    label: str = ""

    @property
    def actor(self) -> User | ApiToken | str:
        """As the audit log names it."""
        return self.user or self.token or self.way or "LinkHub"


_current: ContextVar[Edit | None] = ContextVar("edit", default=None)


@contextmanager
def editing(edit: Edit) -> Iterator[None]:
    """History that is written inside says that it is of `edit`."""
    token = _current.set(edit)
    try:
        yield
    finally:
        _current.reset(token)


def current_user(*, request: HttpRequest | None = None, **_: Any) -> User | None:
    """Of the edit at hand, else (a row saved some other way) of the request."""
    if edit := _current.get():
        return edit.user
    user = request.user if request else None
    return user if isinstance(user, User) else None


def current_author() -> str:
    """The token's name, where no user makes the change."""
    edit = _current.get()
    return str(edit.token)[:255] if edit and edit.token else ""


def current_way() -> str:
    edit = _current.get()
    return edit.way[:50] if edit else ""
