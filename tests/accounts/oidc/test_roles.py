"""What a sign-in makes of a person, and unmakes at the next."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from linkhub.accounts.models import AuditEntry, Membership, Project, User
from linkhub.accounts.oidc.claims import Roles
from linkhub.accounts.oidc.roles import sync_roles
from tests import factories as make

pytestmark = pytest.mark.django_db


def groups(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def test_a_persons_groups_are_the_providers(settings: Any) -> None:
    settings.OIDC_ROLES = Roles(groups=("ml-*",))
    user = make.make_user()
    user.groups.add(Group.objects.create(name="local"))
    sync_roles(user, {"ml-a", "ml-b", "hr"})
    assert groups(user) == {"local", "ml-a", "ml-b"}
    sync_roles(user, {"ml-b"})

    assert groups(user) == {"local", "ml-b"}
    assert not Group.objects.filter(name="hr").exists()


def test_admins_come_and_go_with_their_group(settings: Any) -> None:
    settings.OIDC_ROLES = Roles(admins=frozenset({"root"}))
    user = make.make_user()
    for given, expected in (({"root"}, True), (set(), False)):
        sync_roles(user, given)
        user.refresh_from_db()
        assert (user.is_superuser, user.is_staff) == (expected, expected)


def test_without_the_setting_admins_are_left_alone() -> None:
    user = make.make_admin()
    sync_roles(user, {"x"})
    user.refresh_from_db()

    assert user.is_superuser


def test_a_group_gets_its_role_in_a_project_that_is_there(settings: Any) -> None:
    settings.LINKHUB_OIDC_ROLES = [
        ("leads", "secret", "maintainer"),
        ("leads", "absent", "viewer"),
        ("others", "secret", "viewer"),
    ]
    make.make_private_project("secret")
    user = make.make_user()
    sync_roles(user, {"leads"})

    assert [str(each) for each in Membership.objects.all()] == ["leads: maintainer of secret"]
    assert Project.objects.maintained_by(user).get().name == "secret"
    sync_roles(user, set())
    assert not Project.objects.maintained_by(user).exists()


def test_a_sign_in_that_changes_nothing_writes_nothing(settings: Any) -> None:
    settings.OIDC_ROLES = Roles(admins=frozenset({"root"}))
    user = make.make_user()
    sync_roles(user, {"root", "ml"})
    entries = AuditEntry.objects.count()
    sync_roles(user, {"root", "ml"})

    assert AuditEntry.objects.count() == entries == 2
