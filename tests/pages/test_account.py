"""One's own account, password and tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from linkhub.accounts.models import ApiToken, AuditEntry, Membership, User
from linkhub.accounts.tokens import check_token
from tests import factories as make

ASKED = {"name": "laptop", "can": ["read"], "days": "30"}


def text(client: Client, path: str = "/account/") -> str:
    return client.get(path).content.decode()


def make_token(client: Client, **fields: object) -> str:
    """The secret on the answer, empty where there is none."""
    body = client.post("/account/", ASKED | fields).content.decode()
    found = re.search(r"<code>(lhk_[\w-]{36})</code>", body)
    return found[1] if found else ""


def test_it_says_which_roles_one_has_and_why(client: Client, viewer: User) -> None:
    project = make.make_private_project("secret")
    group = Group.objects.create(name="leads")
    viewer.groups.add(group)
    Membership.objects.create(project=project, group=group, role="maintainer")
    body = text(client)

    assert "/projects/secret/" in body
    assert "maintainer by the group leads" in body


def test_a_token_is_shown_once_and_is_its_makers(client: Client, viewer: User) -> None:
    secret = make_token(client)
    token = check_token(secret)

    assert token is not None
    assert (token.owner, token.can_read, token.can_manage) == (viewer, True, False)
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=31)
    assert secret not in text(client)
    assert secret[:12] in text(client)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a\0b"},
        {"can": []},
        {"can": ["fly"]},
        {"days": ""},
        {"days": "9999"},
        {"project": "secret"},
        {"project": "absent"},
    ],
)
def test_it_makes_no_token_of_a_wrong_form(client: Client, fields: dict[str, object]) -> None:
    make.make_private_project("secret")

    assert make_token(client, **fields) == ""
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_alone(client: Client, viewer: User) -> None:
    secret = make_token(client)
    other = Client()
    other.force_login(make.make_user("other"))
    form = {"prefix": secret[:12]}

    assert other.post("/account/tokens/revoke", form).status_code == 404
    assert check_token(secret) is not None
    assert client.post("/account/tokens/revoke", form)["Location"] == "/account/"
    assert check_token(secret) is None
    assert "revoked" in text(client)


def test_another_password_ends_other_sessions(nobody: Client) -> None:
    user = make.make_user()
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(user)
    new = "another battery staple"
    form = {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new}

    assert here.post("/account/password/", form)["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert nobody.login(username="ana", password=new)
    assert AuditEntry.objects.get(kind="password").actor == "ana"


def test_another_password_needs_the_old_one_and_is_no_common_one(client: Client) -> None:
    for old, new in ((make.PASSWORD, "password"), ("guess", "another battery staple")):
        form = {"old_password": old, "new_password1": new, "new_password2": new}
        response = client.post("/account/password/", form)

        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()


def test_who_signs_in_elsewhere_has_no_password_here(client: Client, viewer: User) -> None:
    viewer.set_unusable_password()
    viewer.save(update_fields=["password"])
    client.force_login(viewer)

    assert client.get("/account/password/").status_code == 404
    assert "/account/password/" not in text(client)
