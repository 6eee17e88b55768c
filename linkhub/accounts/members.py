"""Who has which role in a project: given, changed and taken, each in the audit log.

A project that has a maintainer keeps one: the last can be replaced, not removed, save by an admin.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from linkhub.accounts.audit import Actor, record_change
from linkhub.accounts.models import Membership, Project, User

Member = User | Group


class LastMaintainer(Exception):
    """Without this one nobody would look after the project."""


@transaction.atomic
def give_role(*, actor: Actor, project: Project, member: Member, role: str) -> bool:
    """Make `member` a viewer or maintainer; return whether they were something else until now.

    Raises LastMaintainer where the last one would become a viewer.
    """
    _wait_for_other_changes(project)
    role = Membership.Role(role).value
    stored = _of(project, member)
    if stored is not None and stored.role == role:
        return False
    if stored is None:
        Membership.objects.create(project=project, role=role, **_who(member))
    else:
        before = stored.role
        Membership.objects.filter(pk=stored.pk).update(role=role)
        _check_maintained(project, actor, before)
    _record(actor, project, member, stored.role if stored else None, role)
    return True


@transaction.atomic
def take_role(*, actor: Actor, project: Project, member: Member) -> bool:
    """Make `member` nobody in the project; return whether they were somebody.

    Raises LastMaintainer.
    """
    _wait_for_other_changes(project)
    stored = _of(project, member)
    if stored is None:
        return False
    Membership.objects.filter(pk=stored.pk).delete()
    _check_maintained(project, actor, stored.role)
    _record(actor, project, member, stored.role, None)
    return True


def is_maintained(project: Project) -> bool:
    """Whether somebody who can sign in looks after it, admins aside."""
    people = Q(user__is_active=True) | Q(group__user__is_active=True)
    maintainers = Membership.objects.filter(people, role=Membership.Role.MAINTAINER)
    return maintainers.filter(project=project).exists()


def roles_in(project: Project) -> dict[Member, str]:
    rows = Membership.objects.filter(project=project).select_related("user", "group")
    return {row.user or row.group: row.role for row in rows if row.user or row.group}  # type: ignore[misc]


def record_roles(
    actor: Actor, project: Project, before: dict[Member, str], after: dict[Member, str]
) -> None:
    """What became of the project's roles, where they were edited as a whole."""
    for member in {**before, **after}:
        if before.get(member) != after.get(member):
            _record(actor, project, member, before.get(member), after.get(member))


def _check_maintained(project: Project, actor: Actor, before: str) -> None:
    is_admin = isinstance(actor, User) and actor.is_superuser
    if before == Membership.Role.MAINTAINER and not is_admin and not is_maintained(project):
        raise LastMaintainer


def _wait_for_other_changes(project: Project) -> None:
    """Two maintainers who leave at once would each count on the other."""
    Project.objects.select_for_update().get(pk=project.pk)


def _who(member: Member) -> dict[str, Any]:
    return {"user": member} if isinstance(member, User) else {"group": member}


def _of(project: Project, member: Member) -> Membership | None:
    return Membership.objects.filter(project=project, **_who(member)).first()


def _record(
    actor: Actor, project: Project, member: Member, before: str | None, after: str | None
) -> None:
    kind = "user" if isinstance(member, User) else "group"
    action = "changed" if before and after else "created" if after else "deleted"
    record_change(
        actor=actor,
        action=action,
        kind="membership",
        name=f"{kind} {member}",
        project=project,
        before={"role": before} if before else None,
        after={"role": after} if after else None,
    )
