"""Statements about what a viewer may see, whose SQL is made once (`linkhub/lib/made_once.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from linkhub.accounts.models import Project, ProjectQuerySet, User
from linkhub.lib.made_once import MadeOnce


class ByViewer:
    """As `MadeOnce`, where `make` gets the projects that the viewer may see before all else.

    There are two statements: one for admins, which does not say who asks, and one for others.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        def for_admin(**values: Any) -> QuerySet[Any, Any]:
            return make(_visible(User(is_superuser=True)), **values)

        def for_others(viewer: int, **values: Any) -> QuerySet[Any, Any]:
            return make(_visible(User(pk=viewer)), **values)

        self._for_admin = MadeOnce(for_admin, **kinds)
        self._for_others = MadeOnce(for_others, viewer=int, **kinds)

    def rows(self, viewer: User, **values: Any) -> list[tuple[Any, ...]]:
        """What `viewer` may see of it; who may not sign in any more sees nothing."""
        if not viewer.is_active:
            return []
        made = self._for_admin if viewer.is_superuser else self._for_others
        return made.rows(viewer=viewer.pk, **values)


def _visible(viewer: User) -> ProjectQuerySet:
    return Project.objects.visible_to(viewer)
