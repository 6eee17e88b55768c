"""Stored links follow the URL policy's settings and the code's version."""

from __future__ import annotations

import pytest

from linkhub.links import configured, work
from linkhub.links.backfill import advance_all
from linkhub.links.configured import follow_configuration
from linkhub.links.models import Backfill, Link
from linkhub.runs.models import Pending
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_process(monkeypatch):
    def begin() -> None:
        monkeypatch.setattr(configured, "_followed", None)

    begin()
    return begin


def test_it_does_nothing_while_nothing_changes(new_process):
    follow_configuration()
    new_process()
    follow_configuration()
    assert Backfill.objects.count() == 1


def test_it_follows_the_version_of_the_code(monkeypatch):
    follow_configuration()
    monkeypatch.setattr(configured, "CODE_VERSION", 99)
    follow_configuration()
    assert Backfill.objects.count() == 2


def test_it_looks_once_a_process(django_assert_num_queries):
    follow_configuration()
    with django_assert_num_queries(0):
        follow_configuration()


def test_it_makes_blocked_links_ready_that_the_settings_now_allow(settings):
    make.make_definition(template="https://{{.taskConfig.host}}/")
    action = make.make_action(task_config={"host": "x.example.com"})
    follow_configuration()
    mark([make.unit_of(action)])
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert Link.objects.get().state == "blocked"
    settings.LINKHUB_VARIABLE_HOSTS = ["*.example.com"]
    follow_configuration()
    advance_all()
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert Link.objects.get().state == "ready"
