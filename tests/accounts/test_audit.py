"""The audit log: what an entry says, and that it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from linkhub.accounts.audit import delete_entries_before, record_change
from linkhub.accounts.models import AuditEntry
from linkhub.lib.callers import Caller, calling
from tests import factories as make

pytestmark = pytest.mark.django_db


def make_entry(**fields: object) -> AuditEntry:
    values = {"actor": "import", "action": "changed", "kind": "definition", "name": "board"}
    return record_change(**(values | fields))  # type: ignore[arg-type]


def test_it_says_who_changed_what_and_from_where() -> None:
    user, project = make.make_user(), make.make_project()
    with calling(Caller("10.0.0.7", "abc")):
        entry = make_entry(actor=user, project=project, before={"name": "A"}, after={"name": "B"})
    entry.refresh_from_db()

    assert (entry.actor_kind, entry.actor_id, entry.actor) == ("user", user.pk, "ana")
    assert (entry.project, entry.project_name) == (project, "flytesnacks")
    assert (entry.before, entry.after) == ({"name": "A"}, {"name": "B"})
    assert (entry.address, entry.request_id) == ("10.0.0.7", "abc")


def test_it_names_a_token_by_what_may_be_seen_of_it() -> None:
    token, secret = make.make_token(name="deploy")
    entry = make_entry(actor=token)

    assert (entry.actor_kind, entry.actor) == ("token", f"deploy ({secret[:12]}…)")


def test_it_refuses_an_action_that_nobody_could_filter_by() -> None:
    with pytest.raises(ValueError, match="painted"):
        make_entry(action="painted")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_auditentry SET actor = 'x'", "DELETE FROM accounts_auditentry"],
)
def test_an_entry_is_neither_changed_nor_removed(statement: str) -> None:
    make_entry()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEntry.objects.get().actor == "import"


def test_it_outlives_its_actor_and_its_project() -> None:
    user, project = make.make_user(), make.make_project()
    make_entry(actor=user, project=project)
    project.delete()
    user.delete()
    entry = AuditEntry.objects.get()

    assert (entry.actor, entry.project_name) == ("ana", "flytesnacks")


def test_retention_removes_old_entries_and_only_in_its_own_transaction() -> None:
    old, new = make_entry(name="old"), make_entry(name="new")
    moment = timezone.now() + timedelta(seconds=1)

    assert delete_entries_before(old.at) == 0
    assert delete_entries_before(moment, limit=1) == 1
    assert list(AuditEntry.objects.all()) == [new]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        new.delete()
