"""The way out of a poll, against a real server: limits, and where it may not go."""

import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from linkhub.ingest.sources import http
from linkhub.ingest.sources.errors import Misconfigured, Unreachable
from linkhub.ingest.sources.http import Http


@pytest.fixture
def client() -> Iterator[Http]:
    client = Http(hosts=("*",), before_call=lambda: None)
    yield client
    client.close()


def test_it_brings_the_answer(client: Http, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x", data="in").respond_with_data("out", status=418)
    answer = client.post(httpserver.url_for("/x"), b"in", {})
    assert (answer.status, answer.body) == (418, b"out")


def test_it_follows_no_redirect(client: Http, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(
        "", status=307, headers={"Location": httpserver.url_for("/y")}
    )
    with pytest.raises(Misconfigured, match="redirect"):
        client.post(httpserver.url_for("/x"), b"", {})


def test_it_notices_an_answer_that_breaks_off(client: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server, b"Content-Length: 10\r\n\r\n{"))
        thread.start()
        with pytest.raises(Unreachable, match="broke off"):
            client.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", {})
        thread.join()


def answer(server: socket.socket, rest: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + rest)


def test_it_takes_no_endless_answer(
    client: Http, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 10)
    httpserver.expect_request("/x").respond_with_data("x" * 11)
    with pytest.raises(Unreachable, match="larger than 10"):
        client.post(httpserver.url_for("/x"), b"", {})


def test_it_waits_only_so_long(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CALL_SECONDS", 0.05)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(Unreachable, match="in time"):
        client.get(f"http://127.0.0.1:{silent.getsockname()[1]}/", {})


def test_it_says_that_nobody_listens(client: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Unreachable, match="refused"):
        client.get(f"http://127.0.0.1:{port}/", {})


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "100.100.100.200", "fe80::1%eth0", "::ffff:169.254.169.254"),
        *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"),
    ],
)
def test_it_sends_nothing_to_where_no_back_end_is(
    client: Http, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Whatever DNS said: the address that was connected to counts."""
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: (address, 80))
    with pytest.raises(Unreachable, match="no back end is"):
        client.get(httpserver.url_for("/x"), {})
    assert not httpserver.log


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/", "http://u:p@a/", "a", "http://a\n/"]
)
def test_it_asks_only_web_addresses(client: Http, url: str) -> None:
    with pytest.raises(Misconfigured):
        client.get(url, {})


def test_it_keeps_to_the_hosts_that_are_allowed() -> None:
    narrow = Http(hosts=("*.flyte.example.com",), before_call=lambda: None)
    with pytest.raises(Misconfigured, match="not allowed"):
        narrow.get("http://127.0.0.1/", {})
