"""Whose a token is, and what it may see and do for that."""

from __future__ import annotations

import pytest

from linkhub.accounts.models import ApiToken, AuditEntry, Membership, Project
from linkhub.accounts.tokens import check_token, create_token, revoke_token
from tests import factories as make

pytestmark = pytest.mark.django_db


def names(projects: object) -> set[str]:
    return {project.name for project in projects}  # type: ignore[attr-defined]


@pytest.fixture
def projects() -> tuple[Project, Project, Project]:
    open_one, mine, secret = make.make_project(), make.make_private_project("mine"), None
    secret = make.make_private_project("secret")
    return open_one, mine, secret


def test_a_persons_token_sees_what_the_person_sees_now(
    projects: tuple[Project, Project, Project],
) -> None:
    _, mine, _ = projects
    owner = make.make_user()
    membership = make.make_member(mine, owner)
    token, _ = create_token(name="t", abilities=["read"], owner=owner, actor=owner)

    assert names(Project.objects.visible_to(token)) == {"flytesnacks", "mine"}
    membership.delete()
    assert names(Project.objects.visible_to(token)) == {"flytesnacks"}


def test_a_persons_token_maintains_what_the_person_maintains_now(
    projects: tuple[Project, Project, Project],
) -> None:
    open_one, mine, _ = projects
    owner = make.make_user()
    make.make_member(open_one, owner)
    make.make_member(mine, owner, Membership.Role.MAINTAINER)
    token, _ = create_token(name="t", abilities=["manage"], owner=owner, actor=owner)

    assert names(Project.objects.maintained_by(token)) == {"mine"}
    token.project = open_one
    assert names(Project.objects.maintained_by(token)) == set()


def test_a_persons_token_ends_with_the_account() -> None:
    owner = make.make_user()
    _, secret = create_token(name="t", abilities=["read"], owner=owner, actor=owner)
    owner.is_active = False
    owner.save(update_fields=["is_active"])

    assert check_token(secret) is None


def test_a_services_token_outlives_who_made_it() -> None:
    maker = make.make_user()
    _, secret = create_token(name="t", abilities=["read"], actor=maker)
    maker.delete()

    assert check_token(secret) is not None


@pytest.mark.parametrize(("superuser", "expected"), [(True, True), (False, False)])
def test_only_an_admins_token_is_of_the_instance(superuser: bool, expected: bool) -> None:
    owner = make.make_user(is_superuser=superuser)
    token, _ = create_token(name="t", abilities=["manage"], owner=owner, actor=owner)

    assert token.is_of_instance is expected


def test_it_is_revoked_at_once_and_for_good() -> None:
    user = make.make_user()
    token, secret = create_token(name="t", abilities=["read"], owner=user, actor=user)

    assert revoke_token(token, actor=user)
    assert check_token(secret) is None
    assert not revoke_token(token, actor=user)


def test_the_audit_log_has_who_made_and_revoked_it_and_never_the_secret() -> None:
    user = make.make_user()
    token, secret = create_token(name="t", abilities=["read"], owner=user, actor=user)
    revoke_token(token, actor="manage.py")
    made, revoked = AuditEntry.objects.order_by("pk")

    assert (made.actor, made.action, revoked.actor, revoked.action) == (
        "ana",
        "created",
        "manage.py",
        "revoked",
    )
    assert secret not in str([made.after, revoked.before, made.name])


def test_only_a_hash_of_the_secret_is_kept() -> None:
    token, secret = make.make_token()
    row = ApiToken.objects.values().get(pk=token.pk)

    assert secret[12:] not in str(row)
