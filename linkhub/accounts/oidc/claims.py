"""What the identity provider says of a person, read with distrust. Pure: no Django."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

MAX_GROUPS = 1_000
MAX_GROUP_NAME = 150  # as Django's groups have it


class Refused(Exception):
    """Why this person does not come in; told to the person."""


@dataclass(frozen=True)
class Roles:
    """What a person's groups make of them here; see LINKHUB_OIDC_… in docs/configuration.md."""

    groups_claim: str = "groups"
    groups: tuple[str, ...] = ("*",)
    admins: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


def groups_of(data: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups by name, from where the provider puts them: the user's info or the id token.

    One alone may be plain text. Raises Refused where the two disagree on who this is.
    """
    userinfo, id_token = data.get("userinfo") or {}, data.get("id_token") or {}
    if userinfo and id_token and userinfo.get("sub") != id_token.get("sub"):
        # OpenID Connect Core 5.3.2: such user info must not be used.
        raise Refused("The identity provider's answers are about two different people.")
    given = userinfo.get(claim, id_token.get(claim)) or []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Collection) or isinstance(names, Mapping):
        return frozenset()
    return frozenset(
        name for name in list(names)[:MAX_GROUPS] if isinstance(name, str) and _can_be_one(name)
    )


def check_may_come_in(groups: Collection[str], roles: Roles) -> None:
    """Raises Refused for who is in none of the groups that may."""
    if roles.required and not roles.required.intersection(groups):
        raise Refused("You are signed in there, but in none of the groups that may use LinkHub.")


def kept_here(groups: Collection[str], roles: Roles) -> frozenset[str]:
    """Those that become groups of LinkHub."""
    return frozenset(name for name in groups if is_kept(name, roles))


def is_kept(name: str, roles: Roles) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in roles.groups)


def _can_be_one(name: str) -> bool:
    return 0 < len(name) <= MAX_GROUP_NAME and name.isprintable()
