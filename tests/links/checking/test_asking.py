"""Asking a target: what its answer means, and where it is never asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import pytest

from linkhub.links.checking.addresses import Forbidden, Reach, networks_of
from linkhub.links.checking.asking import ask
from tests.links.checking.servers import Served, serving

LOOPBACK = Reach(hosts=("127.0.0.1", "localhost", "*.test"), networks=networks_of(["127.0.0.0/8"]))


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as server:
        yield server


def answer(served: Served, **answers: Any) -> tuple[str, str]:
    found = ask(served.url(), LOOPBACK)
    return found.state.value, found.reason


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (200, "there", ""),
        (204, "there", ""),
        (401, "unsure", "answers 401 Unauthorized"),
        (403, "unsure", "answers 403 Forbidden"),
        (429, "unsure", "answers 429 Too Many Requests"),
        (404, "broken", "answers 404 Not Found"),
        (410, "broken", "answers 410 Gone"),
        (500, "broken", "answers 500 Internal Server Error"),
        (418, "unsure", "answers 418 I'm a Teapot"),
        (799, "broken", "answers 799"),
    ],
)
def test_it_judges_the_answer(served: Served, status: int, state: str, reason: str) -> None:
    served.answers = {f"{method} /": (status, {}) for method in ("HEAD", "GET")}
    assert answer(served) == (state, reason)


@pytest.mark.parametrize("status", [404, 405, 501])
def test_it_gets_what_has_no_head(served: Served, status: int) -> None:
    served.answers = {"HEAD /": (status, {})}
    assert answer(served)[0] == "there"
    assert served.asked == ["HEAD /", "GET /"]


def test_it_asks_once_where_that_is_enough(served: Served) -> None:
    answer(served)
    assert served.asked == ["HEAD /"]


def test_it_follows_a_redirect_on_its_host(served: Served) -> None:
    served.answers = {"HEAD /": (302, {"Location": "/x?a=1#f"}), "HEAD /x?a=1": (200, {})}
    assert answer(served)[0] == "there"


def test_it_follows_none_to_another_host(served: Served) -> None:
    with serving() as other:
        served.answers = {"HEAD /": (302, {"Location": other.url("/sign-in")})}
        assert answer(served) == ("unsure", "sends on to 127.0.0.1")
        assert other.asked == []


def test_it_does_not_go_in_circles(served: Served) -> None:
    served.answers = {"HEAD /": (302, {"Location": "/"})}
    assert answer(served) == ("broken", "sends on in circles")
    assert len(served.asked) == 6


def test_it_says_nothing_of_who_asks(served: Served) -> None:
    served.answers = {"HEAD /": (302, {"Location": "/x", "Set-Cookie": "a=b"})}
    answer(served)
    sent = {name for headers in served.headers for name in headers}
    assert sent == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
        "javascript:alert(1)",
    ],
)
def test_it_asks_only_where_it_may(url: str) -> None:
    found = ask(url, LOOPBACK)
    assert found.state == "unsure"
    assert found.reason.startswith("may not be asked")


@pytest.mark.parametrize("scheme", ["", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_it_follows_no_redirect_to_another_scheme(served: Served, scheme: str) -> None:
    served.answers = {"HEAD /": (302, {"Location": scheme or "gopher://127.0.0.1/"})}
    assert ask(served.url(), LOOPBACK).state == "unsure"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254",
        "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::",
        "2002:7f00:1::1",
    ],
)  # fmt: skip
def test_it_knows_private_addresses(address: str) -> None:
    assert not Reach(hosts=("*",)).allows(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_it_knows_public_addresses(address: str) -> None:
    assert Reach(hosts=("*",)).allows(ip_address(address))


def test_it_allows_a_network_that_is_named() -> None:
    reach = Reach(hosts=("*",), networks=networks_of(["10.1.0.0/16"]))
    assert reach.allows(ip_address("10.1.2.3"))
    assert not reach.allows(ip_address("10.2.0.1"))


def resolving(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Names lead to these addresses, round by round; what was connected to is returned."""
    answers, connected = iter(rounds), []
    connect = socket.create_connection

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in next(answers)]

    def connect_to(address: Any, *rest: Any, **more: Any) -> socket.socket:
        connected.append(address[0])
        return connect(address, *rest, **more)

    resolver = SimpleNamespace(getaddrinfo=look_up, SOCK_STREAM=socket.SOCK_STREAM)
    monkeypatch.setattr("linkhub.links.checking.addresses.socket", resolver)
    monkeypatch.setattr("linkhub.links.checking.asking.socket.create_connection", connect_to)
    return connected


def test_it_refuses_a_name_with_one_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    connected = resolving(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    assert "may not be asked" in ask("http://x.test/", Reach(hosts=("x.test",))).reason
    assert connected == []


def test_it_connects_to_what_it_looked_at(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time: only the first answer counts."""
    url = f"http://x.test:{served.port}/"
    connected = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"])
    served.answers = {"HEAD /": (404, {})}
    assert ask(url, LOOPBACK).reason == "its host has an address that may not be asked"
    assert connected == ["127.0.0.1"]


def test_it_names_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("linkhub.links.checking.addresses.socket.getaddrinfo", fail)
    assert ask("http://x.test/", LOOPBACK).reason == "the name of its host is not known"


def test_it_names_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/", LOOPBACK).reason == "refuses the connection"


def test_it_names_a_bad_certificate(served: Served) -> None:
    found = ask(served.url().replace("http:", "https:"), LOOPBACK)
    assert "TLS" in found.reason


def test_it_waits_for_no_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that comes byte by byte is in time for each read, and too late as a whole."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def drip() -> None:
            accepted, _ = listening.accept()
            with accepted:
                accepted.recv(1000)
                while not ended.wait(0.02):
                    try:
                        accepted.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        found = ask(f"http://127.0.0.1:{listening.getsockname()[1]}/", LOOPBACK, seconds=0.3)
        ended.set()
        thread.join(5)
    assert found.reason == "does not answer in time"
    assert time.monotonic() - began < 2


def test_it_refuses_in_words() -> None:
    with pytest.raises(Forbidden, match="not allowed"):
        Reach(hosts=()).check("https://x.example.com/")
