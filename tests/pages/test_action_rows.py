"""Many actions of one task are one row, counted; their list is paged and narrowed by address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from linkhub.pages.outline import MOST_ALIKE, Sketch, outline
from linkhub.runs.models import Action, Attempt, Pod, Run
from tests import factories as make
from tests.pages.conftest import RUN
from tests.queries import queries_of

NOW = make.CREATED


def drawn(*sketches: Sketch) -> list[tuple[int, str]]:
    return [
        (depth, "+".join(each.name for each in alike)) for depth, alike in outline(sketches, NOW)
    ]


def sketch(name: str, parent: str = "", task: str | None = "t", begun: int | None = None) -> Sketch:
    started = None if begun is None else NOW + timedelta(seconds=begun)
    return Sketch(0, name, parent, task, "running", started)


def test_parents_come_before_children_and_siblings_as_they_began() -> None:
    found = drawn(
        sketch("b", "a", begun=2), sketch("c", "b"), sketch("a"), sketch("d", "a", begun=1)
    )
    assert found == [(0, "a"), (1, "d"), (1, "b"), (2, "c")]


def test_a_cycle_and_a_parent_that_is_not_there_are_roots() -> None:
    assert sorted(drawn(sketch("a", "b"), sketch("b", "a"), sketch("c", "x"))) == [
        (0, "a"),
        (0, "b"),
        (0, "c"),
    ]


def test_a_few_of_one_task_are_rows_of_their_own() -> None:
    assert len(drawn(*[sketch(f"x{one}") for one in range(MOST_ALIKE)])) == MOST_ALIKE


def many(run: Run, number: int, pods: int = 0) -> None:
    task = make.make_task(name="shard")
    phases = ["succeeded", "failed", None]
    actions = Action.objects.bulk_create(
        Action(run=run, name=f"x{one:05}", parent="a0", task=task, phase=phases[one % 3])
        for one in range(number)
    )
    attempts = Attempt.objects.bulk_create(Attempt(action=each, number=1) for each in actions)
    Pod.objects.bulk_create(
        Pod(attempt=each, name=f"p{each.pk}-{one}") for each in attempts for one in range(pods)
    )


@pytest.fixture
def run(db: None) -> Run:
    run = make.make_run()
    make.make_action(run)
    return run


def body(client: Client, query: str = "") -> str:
    response = client.get(RUN + query)
    assert response.status_code == 200
    return response.content.decode()


def test_it_groups_and_counts_a_mapped_task(client: Client, run: Run) -> None:
    many(run, 30)
    page = body(client)

    assert "30 actions" in page
    assert f'href="{RUN}?task=shard&amp;parent=a0&amp;phase=failed"' in page
    assert "x00007" not in page


def test_it_lists_a_group_page_by_page(client: Client, run: Run) -> None:
    many(run, 250)
    page, pages = body(client, "?task=shard&parent=a0"), 1
    assert "x00000" in page
    assert "x00100" not in page
    while "after=" in page and ">Next<" in page:
        address = page.split(">Next<")[0].rpartition('href="')[2].split('"')[0]
        page, pages = body(client, "?" + address.partition("?")[2].replace("&amp;", "&")), pages + 1
    assert pages == 3
    assert "x00249" in page


def test_it_lists_one_phase_where_never_given_is_running(client: Client, run: Run) -> None:
    many(run, 30)
    page = body(client, "?task=shard&phase=running")

    assert "x00002" in page
    assert "x00001" not in page


def test_a_cursor_of_another_list_is_not_there(client: Client, run: Run) -> None:
    assert client.get(f"{RUN}?task=shard&after=x").status_code == 404


def test_a_thousand_actions_of_eight_pods_take_as_many_queries_as_thirty(
    client: Client, run: Run
) -> None:
    make.make_definition("pod-logs", level="pod", template="https://l.example.com/{{.podName}}")
    for query in ("", "?task=shard"):
        Action.objects.filter(parent="a0").delete()
        many(run, 30, pods=8)
        few = queries_of(lambda query=query: body(client, query))
        Action.objects.filter(parent="a0").delete()
        many(run, 1000, pods=8)
        assert queries_of(lambda query=query: body(client, query)) == few


def test_it_explains_on_the_pages_of_run_and_action(client: Client, run: Run) -> None:
    make.make_definition("board", select={"task": "other"})
    make.make_definition("wandb", template="https://w.example.com/{{.context.wandb_id}}")
    assert "Explain every link" in body(client)
    page = client.get(f"{RUN}actions/a0/?explain=").content.decode()

    assert "Not selected: task is `train_model`, not `other`." in page
    assert "<code>context.wandb_id</code>" in page
    assert "an instance definition" in page
    one = client.get(f"{RUN}actions/a0/?explain=wandb").content.decode()
    assert "explain-wandb-1" in one
    assert "explain-board" not in one


def test_it_shows_what_rests(client: Client, run: Run) -> None:
    make.make_pending(make.unit_of(run.actions.get()), attempts=99, error="KeyError: <spam>")

    assert "KeyError: &lt;spam&gt;" in body(client)
    assert "KeyError: &lt;spam&gt;" in client.get(f"{RUN}actions/a0/").content.decode()


def test_it_finds_actions_by_words_of_their_names(client: Client, run: Run) -> None:
    make.make_action(run, "x1", task="Train_model", parent="a0")
    make.make_action(run, "y-train", task="other", phase="failed")
    make.make_action(run, "z", task="other")
    page = body(client, "?q=train")

    assert "Train_model" in page
    assert "y-train" in page
    assert ">z<" not in page
    assert "below a0" in page
    assert f'href="{RUN}?q=train&amp;phase=failed"' in page


def test_a_search_keeps_the_phase(client: Client, run: Run) -> None:
    page = body(client, "?q=a&phase=running")

    assert '<input type="hidden" name="phase" value="running">' in page
    assert f'href="{RUN}?q=a" aria-current="true"' in page


def test_it_draws_attempts_over_time(client: Client, run: Run) -> None:
    action = make.make_action(run, "x1", task="load")
    make.make_attempt(action, 1, phase="failed", ended_at=make.ENDED)
    make.make_attempt(action, 2, phase="succeeded", started_at=make.ENDED, ended_at=make.ENDED)

    assert 'aria-label="attempt 1: failed, 9m 59s, from 0s on; attempt 2' in body(client)


def test_it_draws_the_last_attempts_of_many(client: Client, run: Run) -> None:
    action = make.make_action(run, "x1", task="load")
    for number in range(1, 30):
        make.make_attempt(action, number)
    page = body(client)

    assert "attempt 29: " in page
    assert "attempt 20: " not in page
