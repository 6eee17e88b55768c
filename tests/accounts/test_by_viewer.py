"""What a viewer may see, by SQL that is made once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import Membership, Project, ProjectQuerySet, User
from tests import factories as make

pytestmark = pytest.mark.django_db


def names(visible: ProjectQuerySet, among: list[str]) -> QuerySet[Project, Any]:
    return visible.filter(name__any_of=among).order_by("name").values_list("name")


ASKED = ByViewer(names, among=list)


def seen(viewer: User) -> list[str]:
    return [name for (name,) in ASKED.rows(viewer, among=["hidden", "open"])]


def test_each_viewer_sees_what_is_theirs() -> None:
    hidden = make.make_project("hidden", visibility="private")
    for name in ("open", "else"):
        make.make_project(name)
    member, outsider, admin = make.make_user("m"), make.make_user("o"), make.make_admin()
    Membership.objects.create(project=hidden, user=member)
    assert [seen(each) for each in (member, outsider, admin)] == [
        ["hidden", "open"],
        ["open"],
        ["hidden", "open"],
    ]


def test_who_may_not_sign_in_sees_nothing() -> None:
    make.make_project("open")
    for user in (make.make_user(is_active=False), make.make_admin(is_active=False)):
        assert seen(user) == []
