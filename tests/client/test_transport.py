"""One request: what may work later, what never will, and what the answer says of it."""

from __future__ import annotations

import pytest
from linkhub_client import config, transport
from linkhub_client.problems import NotConfigured, Refused, Unreachable

from tests.client.conftest import Server


def ask(server: Server) -> object:
    return transport.request(config.from_environment(), "GET", "/api/v1/runs")


@pytest.mark.parametrize("status", sorted(transport.LATER))
def test_it_tells_what_may_work_later(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(Unreachable, match=str(status)):
        ask(server)


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_it_tells_what_never_will(server: Server, status: int) -> None:
    server.status, server.answer = status, {"detail": "because"}
    with pytest.raises(Refused, match="because") as refused:
        ask(server)
    assert refused.value.status == status


@pytest.mark.parametrize("answer", [None, [], {"errors": 3}, {"errors": [{"loc": 1}]}, "x"])
def test_it_bears_any_answer(server: Server, answer: object) -> None:
    server.status, server.answer = 422, answer
    with pytest.raises(Refused, match="422"):
        ask(server)


@pytest.mark.parametrize(
    ("given", "seconds"), [("7", 7), ("soon", 0), ("-1", 0), ("1e9", 600), ("nan", 0)]
)
def test_it_waits_as_long_as_asked_within_reason(
    server: Server, given: str, seconds: float
) -> None:
    server.status, server.answer_headers = 429, {"Retry-After": given}
    with pytest.raises(Unreachable) as away:
        ask(server)
    assert away.value.after == seconds


def test_it_sends_no_token_where_none_is_set(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINKHUB_TOKEN")
    ask(server)
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("url", ["", "linkhub.example.com", "file:///etc/passwd"])
def test_it_takes_http_addresses_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKHUB_URL", url)
    with pytest.raises(NotConfigured):
        config.from_environment()


def test_it_takes_a_default_for_a_number_that_is_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LINKHUB_URL", "https://hub.example.com")
    monkeypatch.setenv("LINKHUB_SPOOL_MB", "many")
    assert config.from_environment().spool_bytes == 20_000_000
    assert "LINKHUB_SPOOL_MB" in caplog.text
