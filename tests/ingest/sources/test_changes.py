"""Editing sources: what it does to a running poll, and what the audit log has of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkhub.accounts.audit import AuditEntry
from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources import changes
from linkhub.ingest.sources.leases import LeaseLost, claim
from tests.factories import make_admin
from tests.ingest.sources.fake import START, make_source

pytestmark = pytest.mark.django_db


def test_it_audits_what_was_changed() -> None:
    user = make_admin()
    source = Source(name="lab", kind="fake", address="https://flyte.example.com")
    changes.save_source(source, user=user)
    source.address = "https://other.example.com"
    changes.save_source(source, user=user)
    changes.save_source(source, user=user)
    changes.pause_source(source, user=user)
    changes.delete_source(source, user=user)
    entries = AuditEntry.objects.filter(kind="source", name="lab").order_by("pk")
    assert [entry.action for entry in entries] == ["created", "changed", "changed", "deleted"]
    assert entries[1].before["address"] == "https://flyte.example.com"
    assert entries[2].after["enabled"] is False


def test_it_takes_the_lease_from_a_running_poll() -> None:
    source = make_source()
    lease = claim(source.pk)
    assert lease is not None
    changes.pause_source(source, user=make_admin())
    with pytest.raises(LeaseLost), lease.writing():
        pass


def test_it_begins_anew_at_another_address_alone() -> None:
    user, source = make_admin(), make_source(cursor={"a": 1}, failures=3, last_error="x")
    FollowedRun.objects.create(source=source, project="p", domain="d", name="r", created_at=START)
    source.interval = timedelta(seconds=5)
    changes.save_source(source, user=user)
    assert Source.objects.get().cursor == {"a": 1}
    source.address = "https://other.example.com"
    changes.save_source(source, user=user)
    stored = Source.objects.get()
    assert (stored.cursor, stored.failures, stored.last_error) == ({}, 0, "")
    assert not FollowedRun.objects.exists()


def test_it_polls_now_a_source_that_waits_after_a_failure() -> None:
    source = make_source(failures=9, next_poll_at=timezone.now() + timedelta(minutes=5))
    assert claim(source.pk) is None
    changes.poll_now(source)
    assert claim(source.pk)
