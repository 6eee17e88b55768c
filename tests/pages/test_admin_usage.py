"""The list of definitions tells which of them are dead weight."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from linkhub.links.models import ClickDay, LinkDefinition, Tally
from tests import factories as make

pytestmark = pytest.mark.django_db
LIST = "/admin/links/linkdefinition/"


def click(definition: LinkDefinition, *, days_ago: int, clicks: int) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    ClickDay.objects.create(definition=definition, day=at.date(), clicks=clicks, last_at=at)


def listed(admin: Client, **query: Any) -> list[str]:
    return [row.key for row in admin.get(LIST, query).context["cl"].result_list]


@pytest.fixture
def used(db: None) -> None:
    busy, old = make.make_definition("busy"), make.make_definition("old")
    make.make_definition("never", project=make.make_project(), managed_by="git")
    for days in (0, 3, 40):
        click(busy, days_ago=days, clicks=7)
    click(old, days_ago=60, clicks=5)
    Tally.objects.create(definition=busy, links=100, broken=25, sampled=True)
    Tally.objects.create(definition=old, links=4, broken=3, sampled=False)


def test_it_shows_use_and_health(admin: Client, used: None) -> None:
    rows = {row.key: row for row in admin.get(LIST).context["cl"].result_list}
    body = admin.get(LIST).content.decode()
    assert (rows["busy"].clicks, rows["old"].clicks, rows["never"].last_click) == (14, 0, None)
    assert "about 25 % of 100" in body
    assert "flytesnacks, by the file git" in body


@pytest.mark.parametrize(
    ("use", "keys"),
    [
        ("none", {"old", "never"}),
        ("never", {"never"}),
        ("broken", {"old"}),
        ("x", {"busy", "old", "never"}),
    ],
)
def test_it_finds_dead_weight(admin: Client, used: None, use: str, keys: set[str]) -> None:
    assert set(listed(admin, use=use)) == keys


def test_it_sorts_by_clicks(admin: Client, used: None) -> None:
    columns = admin.get(LIST).context["cl"].list_display
    number = columns.index("clicks_30_days")
    assert listed(admin, o=f"-{number}")[0] == "busy"
    assert listed(admin, o=str(number))[-1] == "busy"


def test_its_queries_do_not_grow(admin: Client, used: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(7) as few:
        admin.get(LIST)
    for number in range(10):
        make.make_definition(f"more{number}")
    with django_assert_num_queries(len(few)):
        admin.get(LIST)
