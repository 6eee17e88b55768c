"""Query sets whose SQL is made once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import F, QuerySet, Value

from linkhub.accounts.models import Project, User
from linkhub.lib.made_once import MadeOnce
from linkhub.runs.models import Run
from tests import factories as make

pytestmark = pytest.mark.django_db


def named(name: str, since: datetime, among: list[int]) -> QuerySet[Project, Any]:
    rows = Project.objects.annotate(said=Value("100%"), twice=F("pk") + F("pk"))
    found = rows.filter(name=name, created_at__gte=since, pk__any_of=among)
    return found.values_list("name", "said", "twice")


def test_it_asks_for_each_set_of_values() -> None:
    projects = [make.make_project(name) for name in ("a%s", "b", "c")]
    asked = MadeOnce(named, name=str, since=datetime, among=list)
    ids, since = [each.pk for each in projects[:2]], datetime(2020, 1, 1, tzinfo=UTC)
    found = [asked.rows(name=each.name, since=since, among=ids) for each in projects]
    assert found == [[("a%s", "100%", 2 * ids[0])], [("b", "100%", 2 * ids[1])], []]
    assert asked.rows(name="b", since=datetime(2100, 1, 1, tzinfo=UTC), among=ids) == []


def test_it_asks_the_query_set_once() -> None:
    made = []

    def asked(name: str) -> QuerySet[Project, Any]:
        made.append(name)
        return Project.objects.filter(name=name).values_list("name")

    once = MadeOnce(asked, name=str)
    assert (once.rows(name="a"), once.rows(name="b")) == ([], [])
    assert len(made) == 1


def test_a_value_may_stand_in_several_places() -> None:
    make.make_project("a")
    asked = MadeOnce(
        lambda name: Project.objects.filter(name=name, title=name).values_list("pk"), name=str
    )
    assert asked.rows(name="a") == []
    Project.objects.update(title="a")
    assert len(asked.rows(name="a")) == 1


def test_it_needs_a_place_for_every_value() -> None:
    asked = MadeOnce(lambda user: User.objects.all().values_list("pk"), user=int)
    with pytest.raises(ValueError, match="no place for"):
        asked.rows(user=1)


def test_it_reads_json() -> None:
    run = make.make_run(labels={"team": "a"}, context=None)
    columns = ("name", "labels", "context")
    asked = MadeOnce(lambda pk: Run.objects.filter(pk=pk).values_list(*columns), pk=int)
    assert asked.rows(pk=run.pk) == [(run.name, {"team": "a"}, None)]
