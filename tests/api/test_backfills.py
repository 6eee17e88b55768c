from __future__ import annotations

from typing import Any

import pytest

from linkhub.accounts.models import Project
from linkhub.links.backfill import start_backfill
from linkhub.links.models import Backfill
from linkhub.runs.changes import next_change
from tests.api.conftest import Api, MakeApi
from tests.factories import make_private_project, make_project

BACKFILLS = "/api/v1/backfills"


def start(project: Project | None = None, reason: str = "edited") -> Backfill:
    return start_backfill(change=next_change(), project=project, reason=reason)


def items(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(BACKFILLS).json()["items"]
    return found


def cancel(api: Api, change: object) -> Any:
    return api.post(f"{BACKFILLS}/{change}:cancel", None)


def test_it_lists_them_newest_first_with_their_progress(api: Api) -> None:
    first, second = start(make_project()), start(make_project("other"))
    shown = items(api)
    assert [each["change"] for each in shown] == [second.change, first.change]
    assert (shown[1]["project"], shown[1]["status"]) == ("flytesnacks", "running")
    assert (shown[1]["done"], shown[1]["total"], shown[1]["ends_at"]) == (0, 0, None)


def test_a_project_sees_its_own_and_the_instances_without_numbers(api_that: MakeApi) -> None:
    mine = make_project("mine")
    start(make_private_project(), "topsecret")
    own, all_of_it = start(mine), start(None)
    shown = items(api_that("read", project=mine))
    assert [each["change"] for each in shown] == [all_of_it.change, own.change]
    assert (shown[0]["done"], shown[0]["total"]) == (None, None)
    assert (shown[1]["done"], shown[1]["total"]) == (0, 0)


def test_it_cancels(api: Api) -> None:
    row = start(make_project())
    answer = cancel(api, row.change)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    again = cancel(api, row.change)
    assert (again.status_code, again.json()) == (200, answer.json())


def test_it_cancels_a_projects_own(api_that: MakeApi) -> None:
    mine = make_project("mine")
    own, all_of_it, hidden = start(mine), start(None), start(make_private_project())
    caller = api_that("manage", project=mine)
    Backfill.objects.update(status="running")
    assert cancel(caller, own.change).status_code == 200
    assert cancel(caller, all_of_it.change).status_code == 403
    assert cancel(caller, hidden.change).status_code == 404
    assert cancel(caller, 10**6).status_code == 404


@pytest.mark.parametrize("change", ["x", "-1", "9" * 30])
def test_it_refuses_what_is_no_change(api: Api, change: str) -> None:
    assert cancel(api, change).status_code == 422


def test_it_needs_the_ability(api_that: MakeApi, stranger: Api) -> None:
    row = start(None)
    assert cancel(stranger, row.change).status_code == 401
    assert cancel(api_that("read", "ingest"), row.change).status_code == 403
