"""The pages of a run and of an action."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.links.work import drain
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make
from tests.pages.conftest import RUN, htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
WANDB = "https://wandb.example.com/{{ .context.wandb_id }}"
DONE = {"phase": "succeeded", "ended_at": make.ENDED}


def make_tree(run: Run, number: int) -> None:
    root = make.make_action(run, "a0")
    make.make_pod(make.make_attempt(root))
    for index in range(number):
        action = make.make_action(run, f"x{index}", parent="a0", task=f"task{index}")
        make.make_pod(make.make_attempt(action))
        make.make_pod(make.make_attempt(action, 2))
    make.make_attached(run, root)


def body(client: Client, path: str = RUN, **headers: dict[str, str]) -> str:
    response = client.get(path, **headers)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_the_links_of_run_and_actions(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make.make_definition("pod-logs", level="pod", template="https://l.example.com/{{.podName}}")
    make_tree(make.make_run(), 1)
    page = body(client)

    assert 'href="https://b.example.com/r7"' in page
    assert 'href="https://l.example.com/r7-a0-0"' in page
    assert 'href="https://wiki.example.com/runs/r7"' in page


def test_it_says_in_words_what_a_link_waits_for(client: Client) -> None:
    make.make_definition("wandb", template=WANDB)
    make.make_action(make.make_run())
    page = body(client)

    assert '<span class="tip">waiting: Waiting for' in page
    assert "context.wandb_id" in page
    assert f'href="/go{RUN[9:-1].replace("/runs", "")}/a0/wandb+"' in page


def test_it_asks_for_itself_while_the_run_goes_on(client: Client) -> None:
    make.make_run()

    assert f'hx-get="{RUN}" hx-trigger="every 2s"' in body(client)


def test_it_stops_once_nothing_can_change(client: Client) -> None:
    make.make_action(make.make_run(**DONE), **DONE)

    assert 'hx-trigger="every' not in body(client)


def test_it_goes_on_until_the_links_of_an_ended_run_are_stored(client: Client) -> None:
    make.make_definition("board", template="https://b.example.com/")
    run = make.make_run(**DONE)
    action = make.make_action(run, **DONE)
    assert 'hx-trigger="every' in body(client)
    mark([Unit(run.project_id, run.pk), Unit(run.project_id, run.pk, action.pk)])
    drain(Pending.Lane.MAIN, seconds=10)

    assert 'hx-trigger="every' not in body(client)


def test_it_gives_the_body_alone_where_htmx_asks_for_it(client: Client) -> None:
    make.make_run()
    response = client.get(RUN, headers=htmx("div#run-body"))

    assert response.content.decode().strip().startswith('<div id="run-body"')
    assert {"HX-Target", "HX-Request-Type"} <= set(response["Vary"].split(", "))


def test_it_gives_the_whole_page_to_a_history_restore(client: Client) -> None:
    make.make_run()
    headers = htmx("body", "full") | {"HX-History-Restore-Request": "true"}

    assert body(client, headers=headers).startswith("<!doctype html>")


def test_it_waits_for_a_run_that_is_not_there(client: Client) -> None:
    response = client.get(RUN)

    assert response.status_code == 404
    assert f'hx-get="{RUN}"' in response.content.decode()
    make.make_run()
    assert "<h1>r7</h1>" in body(client, headers=htmx("body", "full"))


def test_a_page_whose_run_has_gone_loads_anew(client: Client) -> None:
    response = client.get(RUN, headers=htmx("div#run-body"))

    assert (response.status_code, response["HX-Refresh"]) == (404, "true")
    assert "HX-Refresh" not in client.get(RUN, headers=htmx("body", "full"))


def test_it_escapes_what_programs_sent(client: Client) -> None:
    name = "<script>alert(1)</script>"
    run = make.make_run(launched_by=name, labels={name: name}, context={name: name})
    make.make_attempt(make.make_action(run), error=name)

    assert "<script>alert" not in body(client)


def test_it_shows_a_run_whose_name_needs_escapes(client: Client) -> None:
    run = make.make_run("../../x?y#z é~", launched_by="ana")
    page = client.get("/projects/flytesnacks/")

    path = "/projects/flytesnacks/development/runs/..~2F..~2Fx%3Fy%23z%20%C3%A9~7E/"
    assert f'href="{path}"' in page.content.decode()
    assert run.launched_by in body(client, path)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://user@flyte.example.com/x", ""])
def test_it_does_not_link_to_a_source_that_the_policy_refuses(client: Client, url: str) -> None:
    make.make_run(source_url=url)

    assert "Open at" not in body(client)


def test_it_links_to_the_back_end_that_recorded_the_run(client: Client) -> None:
    make.make_run(source_url="https://flyte.example.com/r7", source="flyte")

    assert 'href="https://flyte.example.com/r7"' in body(client)


def test_its_queries_do_not_grow(client: Client) -> None:
    make.make_definition("pod-logs", level="pod", template="https://l.example.com/{{.podName}}")
    make_tree(make.make_run("few"), 2)
    make_tree(make.make_run("many"), 8)
    few, many = RUN.replace("r7", "few"), RUN.replace("r7", "many")

    assert queries_of(lambda: body(client, many)) == queries_of(lambda: body(client, few))


# Actions ---------------------------------------------------------------------------------

ACTION = f"{RUN}actions/a0/"


def test_it_shows_attempts_pods_and_errors_of_an_action(client: Client) -> None:
    action = make.make_action(make.make_run())
    make.make_pod(make.make_attempt(action, 1, phase="failed", error="Out of memory"))
    make.make_pod(make.make_attempt(action, 2), node="ip-1")
    page = body(client, ACTION)

    assert page.index("Attempt 2") < page.index("Attempt 1")
    assert "Out of memory" in page
    assert "r7-a0-1" in page
    assert "ip-1" in page


def test_it_says_why_a_link_of_an_action_is_not_ready(client: Client) -> None:
    make.make_definition("wandb", template=WANDB)
    make.make_action(make.make_run())
    page = body(client, ACTION)

    assert "Why not ready" in page
    assert "context.wandb_id" in page


def test_it_shows_whose_context_counts(client: Client) -> None:
    run = make.make_run(context={"team": "vision"})
    make.make_action(run)
    make.make_action(run, "x1", parent="a0", context={"team": "audio"})

    assert "from the run" in body(client, ACTION)
    assert "audio" in body(client, f"{RUN}actions/x1/")


def test_it_waits_for_an_action_that_is_not_there(client: Client) -> None:
    make.make_run()
    response = client.get(ACTION)

    assert response.status_code == 404
    assert "Waiting for action a0" in response.content.decode()


def test_its_queries_do_not_grow_with_attempts(client: Client) -> None:
    make.make_definition("pod-logs", level="pod", template="https://l.example.com/{{.podName}}")
    run = make.make_run()
    for name, number in (("few", 2), ("many", 9)):
        action = make.make_action(run, name)
        for index in range(number):
            make.make_pod(make.make_attempt(action, index + 1))

    few, many = f"{RUN}actions/few/", f"{RUN}actions/many/"
    assert queries_of(lambda: body(client, many)) == queries_of(lambda: body(client, few))
