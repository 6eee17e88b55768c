"""Roles in a project: given, changed, taken; somebody always looks after it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from linkhub.accounts.members import LastMaintainer, give_role, is_maintained, take_role
from linkhub.accounts.models import AuditEntry, Membership, Project, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.make_private_project()


@pytest.fixture
def max(project: Project) -> User:
    user = make.make_user("max")
    make.make_member(project, user, Membership.Role.MAINTAINER)
    return user


def test_a_role_is_given_changed_and_taken_and_each_is_audited(project: Project, max: User) -> None:
    ana = make.make_user()
    for role in ("viewer", "maintainer"):
        assert give_role(actor=max, project=project, member=ana, role=role)
    assert not give_role(actor=max, project=project, member=ana, role="maintainer")
    assert take_role(actor=max, project=project, member=ana)
    assert not take_role(actor=max, project=project, member=ana)

    entries = AuditEntry.objects.order_by("pk")
    assert [(each.action, each.before, each.after) for each in entries] == [
        ("created", None, {"role": "viewer"}),
        ("changed", {"role": "viewer"}, {"role": "maintainer"}),
        ("deleted", {"role": "maintainer"}, None),
    ]
    assert {(each.actor, each.name, each.project_name) for each in entries} == {
        ("max", "user ana", "secret")
    }


def test_the_last_maintainer_stays(project: Project, max: User) -> None:
    with pytest.raises(LastMaintainer):
        take_role(actor=max, project=project, member=max)
    with pytest.raises(LastMaintainer):
        give_role(actor=max, project=project, member=max, role="viewer")

    assert is_maintained(project)
    assert not AuditEntry.objects.exists()


def test_an_admin_may_remove_even_the_last(project: Project, max: User) -> None:
    assert take_role(actor=make.make_admin(), project=project, member=max)


def test_a_group_counts_where_somebody_in_it_can_sign_in(project: Project, max: User) -> None:
    group = Group.objects.create(name="leads")
    give_role(actor=max, project=project, member=group, role="maintainer")
    with pytest.raises(LastMaintainer):
        take_role(actor=max, project=project, member=max)
    make.make_user().groups.add(group)

    assert take_role(actor=max, project=project, member=max)


@pytest.mark.django_db(transaction=True)
def test_two_who_leave_at_once_do_not_count_on_each_other() -> None:
    project = make.make_private_project()
    people = [make.make_user(name) for name in ("a", "b")]
    for user in people:
        make.make_member(project, user, Membership.Role.MAINTAINER)

    def leave(user: User) -> bool:
        try:
            return take_role(actor=user, project=project, member=user)
        except LastMaintainer:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, people)) == [False, True]
