"""Strips of outcomes and the coverage of links, on the pages of projects and workflows."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linkhub.pages.coverage import Share
from linkhub.pages.strips import Day, days_of, strip, summary, together
from linkhub.runs.models import Workflow, WorkflowDay
from tests import factories as make
from tests.pages.test_lists import PROJECT, WORKFLOW, body

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 30)


def make_day(workflow: Workflow | None = None, ago: int = 0, **fields: object) -> WorkflowDay:
    workflow = workflow or make.make_workflow()
    day = timezone.now().astimezone(UTC).date() - timedelta(days=ago)
    return WorkflowDay.objects.create(workflow=workflow, day=day, marked=False, **fields)


def test_it_has_thirty_days_whatever_is_kept() -> None:
    workflow = make.make_workflow()
    for day in (date(2025, 12, 31), date(2026, 1, 1), TODAY, date(2026, 1, 31)):
        outcomes = {"succeeded": 2, "recovered": 1, "timed_out": 1, "aborted": 1, "running": 1}
        WorkflowDay.objects.create(workflow=workflow, day=day, outcomes=outcomes)
    days = days_of([workflow.pk], TODAY)[workflow.pk]

    assert [days[0].day, days[-1].day, len(days)] == [date(2026, 1, 1), TODAY, 30]
    assert days[-1] == Day(TODAY, good=3, bad=1, other=2)
    assert days[1] == Day(date(2026, 1, 2))


def test_it_says_in_words_what_it_draws() -> None:
    days = [Day(TODAY, good=3, bad=1), Day(TODAY + timedelta(days=1), other=2)]

    assert summary(days) == "6 runs in 30 days: 3 succeeded, 1 failed, the last on 30 Jan"
    assert summary([Day(TODAY)]) == "No runs in 30 days"
    assert f'role="img" aria-label="{summary(days)}"' in strip(days)
    assert "<title>30 Jan: 3 succeeded, 1 failed</title>" in strip(days, told=True)


def test_failures_hang_below_the_line() -> None:
    drawn = strip([Day(TODAY, good=4, bad=1)])

    assert '<path class="good" d="M0 0.0h3v15.0h-3z"/>' in drawn
    assert '<path class="bad" d="M0 15.0h3v7.5h-3z"/>' in drawn


def test_days_of_several_domains_are_one() -> None:
    one = [Day(TODAY, 1, 2, 3)]

    assert together([one, one]) == [Day(TODAY, 2, 4, 6)]
    assert together([]) == []


@pytest.mark.parametrize(
    ("share", "shown"),
    [((1, 1), "100%"), ((999, 1000), "99%"), ((1, 1000), "1%"), ((0, 5), "0%"), ((0, 0), "")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: tuple[int, int], shown: str) -> None:
    assert str(Share(*share)) == shown


def test_a_projects_page_has_a_strip_for_each_workflow(client: Client) -> None:
    make.make_run()
    make_day(outcomes={"succeeded": 4, "failed": 1})

    assert "5 runs in 30 days: 4 succeeded, 1 failed" in body(client, PROJECT)


def test_a_projects_page_has_the_coverage_of_all_its_workflows(client: Client) -> None:
    make.make_tool("wandb", title="W&B")
    make_day(coverage={"wandb": [1, 2], "gone": [1, 1]})
    make_day(make.make_workflow(name="other"), coverage={"wandb": [2, 2]})
    make_day(make.make_workflow(make.make_project("elsewhere")), coverage={"wandb": [0, 50]})
    page = body(client, PROJECT)

    assert "<strong>75%</strong>" in page
    assert "75% of 4 runs had a working W&amp;B link in 30 days" in page
    assert "3 of 4</span>" in page
    assert "gone" not in page


def test_a_workflows_page_has_its_own(client: Client) -> None:
    make.make_tool("wandb")
    make_day(coverage={"wandb": [1, 2]}, outcomes={"failed": 2}, ago=1)
    make_day(make.make_workflow(domain="prod"), coverage={"wandb": [2, 2]}, outcomes={"queued": 2})
    make_day(make.make_workflow(name="other"), coverage={"wandb": [0, 50]}, outcomes={"failed": 9})
    page = body(client, WORKFLOW)

    assert "<strong>75%</strong>" in page
    assert "4 runs in 30 days: 0 succeeded, 2 failed" in page


@pytest.mark.parametrize("path", [PROJECT, WORKFLOW])
def test_without_kept_days_it_leaves_them_out(client: Client, path: str) -> None:
    make.make_run()
    page = body(client, path)

    assert "As a table" not in page


def test_grouped_by_workflow_each_has_its_strip(client: Client) -> None:
    make.make_run()
    make_day(outcomes={"succeeded": 4})

    assert "4 runs in 30 days" in body(client, "/links/?group=workflow")
    assert "runs in 30 days" not in body(client, "/links/")
