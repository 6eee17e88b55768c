"""Nothing that the spool can keep is lost, whatever the server does."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import linkhub_client
import pytest
from linkhub_client import config, recording
from linkhub_client.outbox import Outbox

from tests.client.conftest import Server

Spooled = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("LINKHUB_URL", url)
    return url


def links(*names: str) -> None:
    for name in names:
        linkhub_client.link(name, f"http://{name}")


def names_of(records: list[dict[str, Any]]) -> list[str]:
    return [record["body"]["name"] for record in records]


def test_it_spools_while_the_server_is_away(away: str, execution: None, spooled: Spooled) -> None:
    links("a", "b")
    assert not linkhub_client.flush(30)
    assert names_of(spooled()) == ["a", "b"]


def test_it_does_not_wait_for_a_server_that_is_away(away: str, execution: None) -> None:
    links("a")
    begun = time.monotonic()
    linkhub_client.flush(60)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503])
def test_it_keeps_what_is_not_taken_now(
    server: Server, execution: None, spooled: Spooled, status: int
) -> None:
    server.status = status
    links("a", "b")
    assert not linkhub_client.flush(30)
    assert names_of(spooled()) == ["a", "b"]
    server.status = 200
    assert linkhub_client.flush(30)
    assert [body["name"] for _, _, body in server.requests] == ["a", "b"]
    assert spooled() == []


def test_it_sets_aside_what_is_refused(
    server: Server, execution: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.status, server.answer = 422, {"errors": [{"loc": ["url"], "msg": "is no URL"}]}
    links("a")
    assert linkhub_client.flush(30)
    assert "url: is no URL" in caplog.text
    assert len(list(tmp_path.glob("spool/*/refused/*.json"))) == 1
    server.status = 200
    links("b")
    assert linkhub_client.flush(30)
    assert [body["name"] for _, _, body in server.requests] == ["b"]


def test_it_goes_on_after_an_error_of_its_own(
    server: Server,
    execution: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    links("a")
    assert linkhub_client.flush(30)
    outbox = recording.outbox()
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "_deliver", lambda name: 1 / 0)
        links("b")
        linkhub_client.flush(0.2)
    links("c")
    assert linkhub_client.flush(30)
    assert [body["name"] for _, _, body in server.requests] == ["a", "b", "c"]
    assert "has failed" in caplog.text


def test_it_waits_as_long_as_the_server_asks(server: Server, execution: None) -> None:
    server.status, server.answer_headers = 429, {"Retry-After": "120"}
    links("a")
    linkhub_client.flush(30)
    assert recording.outbox()._not_before > time.monotonic() + 100


def test_it_follows_no_redirect(server: Server, execution: None, spooled: Spooled) -> None:
    server.status, server.answer_headers = 301, {"Location": "https://elsewhere.example.com/"}
    links("a")
    assert not linkhub_client.flush(30)
    assert len(spooled()) == 1


def test_it_takes_no_page_for_an_answer(
    httpserver: Any, execution: None, monkeypatch: pytest.MonkeyPatch, spooled: Spooled
) -> None:
    httpserver.expect_request(__import__("re").compile(".*")).respond_with_data("<h1>Sign in</h1>")
    monkeypatch.setenv("LINKHUB_URL", httpserver.url_for("").rstrip("/"))
    links("a")
    assert not linkhub_client.flush(30)
    assert len(spooled()) == 1


def test_it_sends_what_another_process_left(server: Server, execution: None) -> None:
    left = Outbox(config.from_environment())
    left.spool.add(1, {"method": "PUT", "path": "/left", "body": {}})
    links("a")
    assert linkhub_client.flush(30)
    recording.outbox().deliver()
    assert sorted(server.paths)[-1] == "/left"


def test_it_sends_on_without_a_disk(
    server: Server, execution: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LINKHUB_SPOOL", str(tmp_path / "file"))
    links("a", "b")
    assert linkhub_client.flush(30)
    assert [body["name"] for _, _, body in server.requests] == ["a", "b"]


def test_it_keeps_in_memory_what_the_disk_does_not_take(
    server: Server, execution: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LINKHUB_SPOOL", str(tmp_path / "file"))
    server.status = 503
    links("a")
    assert not linkhub_client.flush(30)
    server.status = 200
    assert linkhub_client.flush(30)
    assert len(server.requests) == 1


def test_it_drops_the_oldest_of_too_many_and_says_so(
    away: str, execution: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("linkhub_client.outbox.MOST_IN_MEMORY", 2)
    outbox = Outbox(config.from_environment())
    monkeypatch.setattr(outbox, "_start", lambda name: True)
    for number in range(3):
        outbox.put({"method": "PUT", "path": f"/{number}", "body": {}})
    assert [record["path"] for _, record in outbox._put] == ["/1", "/2"]
    assert "oldest are dropped" in caplog.text


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_it_leaves_to_a_fork_nothing_of_its_parents(
    server: Server, execution: None, tmp_path: Path
) -> None:
    server.status = 503
    links("parents")
    linkhub_client.flush(30)
    child = os.fork()
    if child == 0:
        recording.link("childs", "http://c")
        linkhub_client.flush(30)
        os._exit(0 if list(recording.outbox()._own) and len(recording.outbox()._own) == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(list(tmp_path.glob("spool/*/*.json"))) == 2
    server.status = 200
    assert linkhub_client.flush(30)
    assert [body["name"] for _, _, body in server.requests] == ["parents"]
