"""How often one may ask: together over processes, alone without Redis, and anew each minute."""

from __future__ import annotations

from collections import Counter

import pytest
import redis
from django.test import Client

from linkhub.accounts import rates
from linkhub.accounts.rates import Rates
from tests import factories as make

RUNS = "/api/v1/runs"


class Clock:
    def __init__(self) -> None:
        self.now = 6_000.0

    def __call__(self) -> float:
        return self.now


class Together:
    """What all processes share, in the place of Redis; counts how often it is asked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.asked = 0
        self.away = False

    def __call__(self, name: str, number: int) -> int:
        self.asked += 1
        if self.away:
            raise redis.ConnectionError("away")
        self.counts[name] += number
        return self.counts[name]


def allowed(process: Rates, limit: int, tries: int, who: str = "token:1") -> int:
    return sum(process.seconds_to_wait(who, limit) == 0 for _ in range(tries))


@pytest.mark.parametrize("limit", [1, 7, 100, 999, 1000])
def test_it_lets_through_as_many_as_the_limit_says(limit: int) -> None:
    assert allowed(Rates(Together(), Clock()), limit, 2 * limit) == limit


def test_two_processes_share_one_limit() -> None:
    together, clock = Together(), Clock()
    processes = [Rates(together, clock), Rates(together, clock)]

    assert sum(allowed(processes[number % 2], 1000, 1) for number in range(3000)) == 1000


def test_it_asks_redis_once_a_hundredth() -> None:
    together = Together()
    allowed(Rates(together, Clock()), 1000, 2000)

    assert together.asked == 101


def test_it_says_when_to_try_again_and_then_lets_through() -> None:
    clock = Clock()
    process = Rates(Together(), clock)
    clock.now += 12.5
    assert process.seconds_to_wait("token:1", 1) == 0
    assert process.seconds_to_wait("token:1", 1) == 48
    clock.now += 48

    assert process.seconds_to_wait("token:1", 1) == 0


def test_one_who_asks_too_much_keeps_nobody_else_waiting() -> None:
    process = Rates(Together(), Clock())
    allowed(process, 10, 20, "token:1")

    assert allowed(process, 10, 5, "token:2") == 5


def test_without_redis_each_counts_alone_and_does_not_wait_for_it() -> None:
    together = Together()
    together.away = True
    process = Rates(together, Clock())

    assert allowed(process, 1000, 2000) == 1000
    assert together.asked == 1


def test_it_goes_back_to_redis_after_a_while() -> None:
    together, clock = Together(), Clock()
    together.away = True
    process = Rates(together, clock)
    process.seconds_to_wait("token:1", 1)
    together.away, clock.now = False, clock.now + rates.AWAY_SECONDS
    process.seconds_to_wait("token:2", 1)

    assert together.counts == {"token:2:100": 1}


def test_processes_count_together_in_redis_itself(redis_url: str) -> None:
    name = "test:shared"
    assert rates._take_in_redis(name, 3) == 3
    assert rates._take_in_redis(name, 4) == 7
    assert 0 < rates._client().ttl(f"linkhub:rate:{name}") <= 120


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process without Redis, in a minute of its own."""
    process = Rates(rates._alone, Clock())
    monkeypatch.setattr(rates, "_rates", lambda: process)


@pytest.mark.django_db
def test_the_api_says_when_a_token_may_be_used_again(alone: None, settings: object) -> None:
    settings.LINKHUB_TOKEN_REQUESTS = 1  # type: ignore[attr-defined]
    bearer = {"Authorization": f"Bearer {make.make_token()[1]}"}
    other = {"Authorization": f"Bearer {make.make_token()[1]}"}
    assert Client().get(RUNS, headers=bearer).status_code == 200
    refused = Client().get(RUNS, headers=bearer)

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused.json()["title"] == "Too many requests"
    assert Client().get(RUNS, headers=other).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "first"), [(RUNS, 401), ("/sign-in/", 200)])
def test_an_address_is_limited_on_pages_and_api(
    alone: None, settings: object, path: str, first: int
) -> None:
    settings.LINKHUB_ADDRESS_REQUESTS = 1  # type: ignore[attr-defined]
    assert Client().get(path).status_code == first
    refused = Client().get(path)

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert Client().get("/healthz").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.7").get(path).status_code == first
