"""Pages of runs and links: in order, complete, served by indexes, right whatever is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import ApiToken
from linkhub.lib.keyset import BadCursor
from linkhub.links import work
from linkhub.links.backfill import start_backfill
from linkhub.links.filters import Filters
from linkhub.links.listing import page_of_links, show_rows, to_come
from linkhub.links.models import LinkDefinition
from linkhub.links.run_listing import page_of_runs
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.CREATED + timedelta(minutes=5)
ALL = Filters()


@pytest.fixture
def token() -> ApiToken:
    return make.make_token()[0]


def read_all(page: Callable[..., tuple[list[Any], str | None]], limit: int) -> list[Any]:
    found, cursor = [], None
    while True:
        items, cursor = page(limit=limit, cursor=cursor)
        assert len(items) <= limit
        found += items
        if cursor is None:
            return found
        assert items


def runs_by(token: ApiToken, order: Any, limit: int) -> list[str]:
    found = read_all(lambda **asked: page_of_runs(token, ALL, order=order, **asked), limit)
    return [f"{run.project.name}/{run.domain}/{run.name}" for run in found]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_it_lists_each_run_once_the_newest_first(token: ApiToken, limit: int) -> None:
    old = make.CREATED - timedelta(days=1)
    make.make_run("r1", created_at=old)
    for project in ("a", "b"):
        for domain in ("d1", "d2"):
            make.make_run("same", project=make.make_project(project), domain=domain)
    listed = runs_by(token, "-created", limit)
    assert listed == ["b/d2/same", "a/d2/same", "b/d1/same", "a/d1/same", listed[-1]]
    assert listed[-1] == "flytesnacks/development/r1"


@pytest.mark.parametrize("limit", [1, 10])
def test_it_lists_by_end_what_has_ended(token: ApiToken, limit: int) -> None:
    make.make_run("r1", ended_at=make.ENDED)
    make.make_run("r2", ended_at=make.ENDED + timedelta(hours=1))
    make.make_run("r3")
    listed = runs_by(token, "-ended", limit)
    assert [name.rpartition("/")[2] for name in listed] == ["r2", "r1"]


def make_links() -> None:
    """Of two runs, one of them with actions, attempts and pods, and of two projects."""
    for name, day in (("r1", 0), ("r2", 1)):
        run = make.make_run(
            name,
            created_at=make.CREATED + timedelta(days=day),
            ended_at=make.ENDED - timedelta(days=day),
        )
        make.make_link(run, project=run.project, key="of-run")
        make.make_link(run, project=run.project, key="also-of-run")
    for name in ("a0", "a1"):
        action = make.make_action(run, name)
        make.make_link(run, action, project=run.project, key="of-action")
        for number in (1, 2):
            pod = make.make_pod(make.make_attempt(action, number))
            place = {"project": run.project, "attempt": pod.attempt, "pod": pod}
            make.make_link(run, action, key="of-pod", level="pod", **place)
    for name in ("b", "a"):
        make.make_link(None, project=make.make_project(name), key="of-project")


def links_by(token: ApiToken, order: Any, limit: int) -> list[str]:
    rows = read_all(lambda **asked: page_of_links(token, ALL, order=order, **asked), limit)
    return [
        f"{row.run or row.project} {row.action or '-'} {row.attempt or 0} {row.key}" for row in rows
    ]


OF_R1 = ["r1 - 0 also-of-run", "r1 - 0 of-run"]
OF_R2 = [
    "r2 - 0 also-of-run",
    "r2 - 0 of-run",
    *(
        f"r2 {action} {rest}"
        for action in ("a0", "a1")
        for rest in ("0 of-action", "1 of-pod", "2 of-pod")
    ),
]
OF_PROJECTS = ["a - 0 of-project", "b - 0 of-project"]


@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10, 11, 100])
def test_it_lists_each_link_once_in_natural_order(token: ApiToken, limit: int) -> None:
    make_links()
    assert links_by(token, "-created", limit) == [*OF_R2, *OF_R1, *OF_PROJECTS]


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_it_lists_links_by_the_end_of_their_run(token: ApiToken, limit: int) -> None:
    make_links()
    assert links_by(token, "-ended", limit) == [*OF_R1, *OF_R2]


def test_it_goes_on_where_rows_have_gone(token: ApiToken) -> None:
    make_links()
    _, cursor = page_of_links(token, ALL, order="-created", limit=3, cursor=None)
    Run.objects.filter(name="r2").delete()
    rows, _ = page_of_links(token, ALL, order="-created", limit=100, cursor=cursor)
    assert [row.key for row in rows] == ["also-of-run", "of-run", "of-project", "of-project"]


def test_it_refuses_a_cursor_of_another_list(token: ApiToken) -> None:
    make_links()
    _, of_runs = page_of_runs(token, ALL, order="-created", limit=1, cursor=None)
    _, of_links = page_of_links(token, ALL, order="-created", limit=1, cursor=None)
    _, of_projects = page_of_links(token, ALL, order="-created", limit=11, cursor=None)
    for cursor in (of_links, of_projects, "nonsense"):
        with pytest.raises(BadCursor):
            page_of_runs(token, ALL, order="-created", limit=1, cursor=cursor)
    with pytest.raises(BadCursor):
        page_of_runs(token, ALL, order="-ended", limit=1, cursor=of_runs)
    for cursor in (of_runs, of_links, of_projects):
        with pytest.raises(BadCursor):
            page_of_links(token, ALL, order="-ended", limit=1, cursor=cursor)


def shown(token: ApiToken, **filters: Any) -> list[tuple[str, str | None, str, bool]]:
    rows, _ = page_of_links(token, Filters(**filters), order="-created", limit=100, cursor=None)
    found = show_rows(rows, now=NOW)
    return [(link.key, link.url, link.state, link.updating) for link in found]


@pytest.fixture
def resolved() -> LinkDefinition:
    """A definition whose link of one action is stored."""
    definition = make.make_definition()
    mark([make.unit_of(make.make_action())])
    work.drain(Pending.Lane.MAIN, seconds=10)
    return definition


def edit(definition: LinkDefinition, **fields: Any) -> None:
    LinkDefinition.objects.filter(pk=definition.pk).update(change=next_change(), **fields)


def test_it_shows_what_is_stored(token: ApiToken, resolved: LinkDefinition) -> None:
    url = "https://tools.example.com/dashboard/r7"
    assert shown(token, state=["ready"]) == [("dashboard", url, "ready", False)]


def test_it_keeps_a_row_that_no_longer_matches(token: ApiToken, resolved: LinkDefinition) -> None:
    edit(resolved, template="https://tools.example.com/{{ .podName }}")
    assert shown(token, state=["ready"]) == [("dashboard", None, "waiting", True)]


def test_it_shows_nothing_of_a_link_that_applies_no_more(
    token: ApiToken, resolved: LinkDefinition
) -> None:
    edit(resolved, select={"project": "other"})
    assert shown(token, state=["ready"]) == [("dashboard", None, "hidden", True)]


def test_it_counts_what_is_still_to_come(token: ApiToken, resolved: LinkDefinition) -> None:
    assert to_come(token, ALL) == 0
    other = make.make_project("other")
    units = [make.unit_of(make.make_run(f"r{number}", project=other)) for number in range(3)]
    mark(units)
    assert to_come(token, ALL) == to_come(token, Filters(project=["other"])) == 3
    assert to_come(token, Filters(project=["flytesnacks"])) == 0
    assert to_come(make.make_token(project=make.make_project("mine"))[0], ALL) == 0


def test_it_counts_what_a_backfill_has_still_to_mark(
    token: ApiToken, resolved: LinkDefinition
) -> None:
    start_backfill(change=next_change(), project=None, reason="edited")
    assert to_come(token, ALL) == 1
    mark([make.unit_of(Run.objects.get().actions.get())])
    assert to_come(token, ALL) == 1


def test_its_queries_do_not_grow(token: ApiToken) -> None:
    def look() -> int:
        shown(token)  # loads the catalogue
        with CaptureQueriesContext(connection) as queries:
            shown(token, project=["flytesnacks"], tool=["grafana"], workflow=["train_pipeline"])
        return len(queries)

    tool = make.make_tool()
    for number in range(2):
        run = make.make_run(f"r{number}")
        make.make_link(run, make.make_action(run), project=run.project, tool=tool)
    few = look()
    for number in range(2, 12):
        run = make.make_run(f"r{number}")
        make.make_link(run, make.make_action(run), project=run.project, tool=tool)
    assert look() == few
