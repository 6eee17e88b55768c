"""The Django admin opens for admins of the instance, and for nobody else by whatever permission."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from linkhub.accounts.models import AuditEntry, Membership, User
from tests import factories as make
from tests.security import routes
from tests.security.world import make_world

pytestmark = pytest.mark.django_db


def addresses() -> Iterator[str]:
    """One for every route of the admin, whatever stands where it has a name or a number."""
    found = routes.walk_all()
    for route in sorted(route for route in found if route.startswith(routes.ADMIN)):
        if "(" not in route:
            yield "/" + route.replace("<>", "1")


def clients() -> dict[str, Client]:
    everything = make.make_user("clerk", is_staff=True)
    everything.user_permissions.set(Permission.objects.all())
    people = {"staff": everything, "admin": make.make_admin()}
    found = {"none": Client()}
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


def test_every_address_is_shut_to_all_but_admins() -> None:
    make_world()
    asking = clients()
    # Whoever is no admin goes the same way as who has every permission and is none.
    shut = {"none": 302, "staff": 403}
    opened = [
        f"{address} by {name}"
        for address in addresses()
        if address not in {"/admin/login/"}
        for name, status in shut.items()
        if asking[name].get(address).status_code != status
    ]

    assert opened == []


def test_an_admin_is_let_in() -> None:
    make_world()
    client = clients()["admin"]
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(address).status_code == 200, address


def test_it_has_no_sign_in_of_its_own(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/sign-in/?next=/admin/"
    assert client.post("/admin/login/", {"username": "root"}).status_code == 302


def test_secrets_of_the_identity_provider_are_not_in_it() -> None:
    assert not {"account", "socialaccount"} & {
        model._meta.app_label for model in admin.site._registry
    }


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(make.make_admin())
    return client


def entries() -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.order_by("pk")
    return [(each.action, each.kind, each.name) for each in found if each.actor == "root"]


def test_making_somebody_an_admin_is_in_the_log(root: Client) -> None:
    user = make.make_user()
    form = {"username": "ana", "is_active": "on", "is_superuser": "on"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    assert root.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code == 302

    assert entries() == [("changed", "user", "ana")]
    entry = AuditEntry.objects.get()
    assert (entry.before["is_superuser"], entry.after["is_superuser"]) == (False, True)


def test_a_project_and_its_members_are_in_the_log(root: Client) -> None:
    user = make.make_user()
    form = {"name": "p", "visibility": "private", "memberships-TOTAL_FORMS": 1}
    form |= {"memberships-INITIAL_FORMS": 0, "memberships-0-user": user.pk}
    form |= {"memberships-0-role": "viewer"}
    assert root.post("/admin/accounts/project/add/", form).status_code == 302
    project = Membership.objects.get().project
    root.post(f"/admin/accounts/project/{project.pk}/delete/", {"post": "yes"})

    assert entries() == [
        ("created", "membership", "user ana"),
        ("created", "project", "p"),
        ("deleted", "project", "p"),
    ]


def test_tokens_made_and_revoked_there_are_in_the_log(root: Client) -> None:
    root.post("/admin/accounts/apitoken/add/", {"name": "ci", "can_read": "on"})
    token = User.objects.get(username="root").apitoken_set.get()
    chosen = {"action": "revoke", "_selected_action": token.pk}
    root.post("/admin/accounts/apitoken/", chosen)

    assert entries() == [("created", "token", str(token)), ("revoked", "token", str(token))]
