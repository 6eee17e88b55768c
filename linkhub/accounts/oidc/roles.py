"""A person's groups and admin role, as the identity provider has them at this sign-in.

Groups whose names match LINKHUB_OIDC_GROUPS are the provider's to fill: a person is in exactly
those that it names. Groups of other names, and roles that maintainers gave to people, are left
alone. LINKHUB_OIDC_ROLES gives a group a role in a project; its members have that role for as long
as they are in the group.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from linkhub.accounts.audit import record_change
from linkhub.accounts.members import give_role
from linkhub.accounts.models import Project, User
from linkhub.accounts.oidc.claims import Roles, is_kept, kept_here

ACTOR = "OpenID Connect"


@transaction.atomic
def sync_roles(user: User, groups: Collection[str]) -> None:
    """Have `user` be what `groups` of the provider's make of them."""
    roles: Roles = settings.OIDC_ROLES
    _sync_groups(user, kept_here(groups, roles), roles)
    if roles.admins:
        _sync_admin(user, bool(roles.admins.intersection(groups)))
    for group, project, role in settings.LINKHUB_OIDC_ROLES:
        if group in groups:
            _give(group, project, role)


def _sync_groups(user: User, wanted: Collection[str], roles: Roles) -> None:
    has = set(user.groups.values_list("name", flat=True))
    ours = {name for name in has if is_kept(name, roles)}
    if ours == set(wanted):
        return
    Group.objects.bulk_create(
        [Group(name=name) for name in sorted(set(wanted) - ours)], ignore_conflicts=True
    )
    user.groups.remove(*Group.objects.filter(name__in=ours - set(wanted)))
    user.groups.add(*Group.objects.filter(name__in=wanted))
    record_change(
        actor=ACTOR,
        action="changed",
        kind="user",
        name=user.get_username(),
        before={"groups": sorted(has)},
        after={"groups": sorted((has - ours) | set(wanted))},
    )


def _sync_admin(user: User, is_admin: bool) -> None:
    if user.is_superuser == is_admin and user.is_staff == is_admin:
        return
    before = user.is_superuser
    user.is_superuser = user.is_staff = is_admin
    user.save(update_fields=["is_superuser", "is_staff"])
    record_change(
        actor=ACTOR,
        action="changed",
        kind="user",
        name=user.get_username(),
        before={"admin": before},
        after={"admin": is_admin},
    )


def _give(group: str, project: str, role: str) -> None:
    """A project that is not there yet gets nothing: a setting makes no projects."""
    found = Project.objects.filter(name=project).first()
    if found is not None:
        member, _ = Group.objects.get_or_create(name=group)
        give_role(actor=ACTOR, project=found, member=member, role=role)
