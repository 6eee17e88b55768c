"""What a task calls: it is delivered, and never raises or waits."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from typing import Any

import linkhub_client
import pytest

from tests.client.conftest import Server

ACTION = "/api/v1/projects/vision/domains/development/runs/ex7/actions/n0"


def test_it_emits_a_link_of_the_task_it_is_in(server: Server, execution: None) -> None:
    linkhub_client.link("TensorBoard", "http://tb:6006", hide_once_finished=True)
    assert linkhub_client.flush(30)
    [(method, path, body)] = server.requests
    assert (method, path) == ("POST", f"{ACTION}/links")
    assert body.pop("updated_at")
    assert body == {"name": "TensorBoard", "url": "http://tb:6006", "hide_once_finished": True}


def test_it_sends_its_token(server: Server, execution: None) -> None:
    linkhub_client.link("A", "http://a")
    linkhub_client.flush(30)
    assert server.headers[0]["Authorization"] == "Bearer lh_secret"


def test_it_records_a_run_from_beginning_to_end(server: Server) -> None:
    with (
        linkhub_client.run("n7", project="vision", workflow="train") as run,
        run.action("fit", task="fit_model"),
    ):
        linkhub_client.link("Loss", "http://loss")
    linkhub_client.flush(30)
    run_path = "/api/v1/projects/vision/domains/default/runs/n7"
    fit = f"{run_path}/actions/fit"
    assert server.paths == [run_path, run_path, fit, fit, f"{fit}/links", fit, run_path]
    phases = [body.get("phase") for _, _, body in server.requests]
    assert phases == [None, "running", None, "running", None, "succeeded", "succeeded"]


def test_it_records_the_pod_that_an_action_runs_in(server: Server, execution: None) -> None:
    with linkhub_client.action():
        pass
    linkhub_client.flush(30)
    [attempt] = server.requests[0][2]["attempts"]
    assert (attempt["number"], attempt["pods"]) == (2, [{"name": "ex7-n0-1"}])


@pytest.mark.parametrize(
    ("error", "phase"),
    [
        (ValueError(), "failed"),
        (KeyboardInterrupt(), "aborted"),
        (SystemExit(3), "failed"),
        (SystemExit(0), "succeeded"),
    ],
)
def test_it_records_how_a_run_ended(server: Server, error: BaseException, phase: str) -> None:
    with pytest.raises(type(error)), linkhub_client.run("n7", project="vision"):
        raise error
    linkhub_client.flush(30)
    assert server.requests[-1][2]["phase"] == phase


def test_it_may_be_left_in_another_context_than_it_was_entered_in(server: Server) -> None:
    run = linkhub_client.run("n7", project="vision")
    contextvars.copy_context().run(run.__enter__)
    run.__exit__(None, None, None)
    linkhub_client.flush(30)
    assert [body["phase"] for _, _, body in server.requests] == ["running", "succeeded"]


def test_it_is_inside_of_the_innermost(server: Server) -> None:
    with linkhub_client.run("n7", project="vision") as run:
        with run, run.action("fit"):
            pass
        linkhub_client.link("A", "http://a")
    linkhub_client.flush(30)
    assert server.paths[-2].endswith("/runs/n7/links")


def test_it_stamps_each_write_later_than_the_one_before(server: Server, execution: None) -> None:
    for number in range(50):
        linkhub_client.link("A", f"http://a/{number}", key="a")
    linkhub_client.flush(30)
    stamps = [body["updated_at"] for _, _, body in server.requests]
    assert stamps == sorted(set(stamps))
    assert len(stamps) == 50


def test_it_takes_what_was_said_when_it_was_said(server: Server, execution: None) -> None:
    labels = {"step": "1"}
    linkhub_client.action(labels=labels)
    labels["step"] = "2"
    linkhub_client.flush(30)
    assert server.requests[0][2]["labels"] == {"step": "1"}


@pytest.mark.parametrize(
    "call",
    [
        lambda: linkhub_client.link("A"),
        lambda: linkhub_client.link("A", "http://a", provider="wandb_run"),
        lambda: linkhub_client.link("A", "http://a", params={"loss": float("nan")}),
        lambda: linkhub_client.link("A", "http://a", x=type("Odd", (), {"__str__": None})()),
        lambda: linkhub_client.run("n" * 9, project=3),  # type: ignore[arg-type]
    ],
    ids=["no url", "both", "nan", "no text", "no name"],
)
def test_it_raises_nothing_into_the_task(
    server: Server, execution: None, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    call()
    linkhub_client.run("n", project=3, phase="running")  # type: ignore[arg-type]
    assert linkhub_client.flush(30)
    assert "Not recorded in LinkHub" in caplog.text


def test_it_says_once_that_it_is_not_configured(
    execution: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        linkhub_client.link("A", "http://a")
    assert linkhub_client.flush(30)
    assert len(caplog.records) == 1


def test_it_says_that_the_run_cannot_be_told(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    linkhub_client.link("A", "http://a")
    assert "LINKHUB_RUN" in caplog.text


def test_it_makes_the_address_of_a_runs_page(server: Server) -> None:
    run = linkhub_client.run("a/b", project="vision")
    assert run.url == f"{server.url}/projects/vision/default/runs/a~2Fb/"
    assert run.action("c").url == f"{server.url}/projects/vision/default/runs/a~2Fb/actions/c/"
    assert server.requests == []


def test_it_ends_its_threads_when_there_is_nothing_to_do(
    server: Server, execution: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkhub_client.outbox.IDLE_SECONDS", 0.01)
    linkhub_client.link("A", "http://a")
    linkhub_client.flush(30)
    for thread in threading.enumerate():
        if thread.name.startswith("linkhub-"):
            thread.join(5)
            assert not thread.is_alive()
    linkhub_client.link("B", "http://b")
    assert linkhub_client.flush(30)
    assert len(server.requests) == 2


def test_it_costs_a_task_next_to_nothing(server: Server, execution: None) -> None:
    linkhub_client.link("A", "http://a")
    begun = time.thread_time()
    for number in range(100):
        linkhub_client.link("A", f"http://a/{number}")
    assert time.thread_time() - begun < 0.05
