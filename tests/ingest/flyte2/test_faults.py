"""What can go wrong between a back end and us: no run is lost, none doubled."""

import random
import threading
from collections import Counter

import pytest
from django.utils import timezone

from linkhub.ingest.models import FollowedRun
from linkhub.ingest.sources import http
from linkhub.runs.models import Action, Attempt, Run
from tests.ingest.flyte2.back_end import Action as Step
from tests.ingest.flyte2.back_end import BackEnd, Fault
from tests.ingest.flyte2.conftest import Poll

JSON = {"Content-Type": "application/json"}
UNAVAILABLE = b'{"code":"unavailable","message":"come again"}'
INTERNAL = b'{"code":"internal","message":"failed to convert action event"}'
FAULTS = {
    "unauthenticated": (401, JSON, b'{"code":"unauthenticated","message":"expired"}'),
    "unauthorized by a proxy": (401, {"Content-Type": "text/html"}, b"<html>"),
    "too many requests": (429, JSON, b'{"code":"resource_exhausted","message":"slow down"}'),
    "too many for a proxy": (429, {"Retry-After": "7"}, b""),
    "unavailable": (503, JSON, UNAVAILABLE),
    "a proxy without back end": (502, {"Content-Type": "text/html"}, b"<html>"),
    "truncated": (
        200,
        JSON | {"Content-Length": "5000", "Connection": "close"},
        b'{"runs":[{"action":',
    ),
    "truncated JSON": (200, JSON, b'{"runs":[{"action":'),
    "no object": (200, JSON, b"[]"),
    "a page to sign in": (200, {"Content-Type": "text/html"}, b"<html>"),
    "deeply nested": (200, JSON, b"[" * 100_000),
    "a redirect": (302, {"Location": "http://169.254.169.254/"}, b""),
}


def filled(flyte: BackEnd) -> None:
    flyte.page = 3
    for number in range(7):
        steps = (Step("x1", "a0", errors=("once",)), Step("x2", "x1", context={"a": "b"}))
        flyte.add(f"r{number}", *steps)


def assert_all_there(flyte: BackEnd) -> None:
    assert sorted(Run.objects.values_list("name", flat=True)) == sorted(flyte.runs)
    assert Action.objects.count() == 3 * len(flyte.runs)
    assert Attempt.objects.count() == 4 * len(flyte.runs)
    assert Action.objects.filter(name="x2", context={"a": "b"}).count() == len(flyte.runs)
    assert not FollowedRun.objects.filter(due_at__isnull=False).exists()


def once(procedure: str, count: int, fault: tuple[int, dict[str, str], bytes]) -> Fault:
    """The fault at the given call of the procedure, and at no other."""
    seen: Counter[str] = Counter()

    def at(called: str) -> tuple[int, dict[str, str], bytes] | None:
        seen[called] += 1
        return fault if called == procedure and seen[called] == count else None

    return at


# Those that are told apart late; the rest takes its time in `make test-slow`.
OFTEN = ("unauthenticated", "too many for a proxy", "truncated", "a page to sign in")


@pytest.mark.parametrize(
    "name",
    [*OFTEN, *(pytest.param(name, marks=pytest.mark.slow) for name in FAULTS if name not in OFTEN)],
)
def test_it_catches_up_after_a_fault(flyte: BackEnd, poll_it: Poll, name: str) -> None:
    filled(flyte)
    flyte.fault = once("ListRuns", 2, FAULTS[name])
    source = poll_it()
    assert source.failures == 1
    assert source.last_error
    assert "html" not in source.last_error
    assert source.next_poll_at > timezone.now()
    source = poll_it()
    assert (source.failures, source.last_error) == (0, "")
    assert_all_there(flyte)


@pytest.mark.parametrize("procedure", ["ListActions", "GetActionDetails", "GetActionData"])
def test_it_goes_on_in_the_middle_of_reading(flyte: BackEnd, poll_it: Poll, procedure: str) -> None:
    filled(flyte)
    flyte.fault = once(procedure, 4, FAULTS["truncated"])
    assert poll_it().failures == 1
    poll_it()
    assert_all_there(flyte)


def test_it_waits_as_long_as_it_is_asked(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.fault = lambda _: (503, {"Retry-After": "120"}, b"")
    source = poll_it()
    assert (source.next_poll_at - timezone.now()).total_seconds() > 110


def test_it_gives_up_a_call_that_takes_too_long(
    flyte: BackEnd, poll_it: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(flyte)
    released = threading.Event()
    flyte.fault = lambda _: None if released.wait(20) else (503, {}, b"")
    with monkeypatch.context() as patched:
        patched.setattr(http, "CALL_SECONDS", 0.1)
        assert "in time" in poll_it().last_error
    released.set()
    poll_it()
    assert_all_there(flyte)


def test_one_action_that_cannot_be_read_stops_no_other_run(flyte: BackEnd, poll_it: Poll) -> None:
    filled(flyte)
    flyte.fault = once("GetActionDetails", 5, (500, JSON, INTERNAL))
    source = poll_it()
    assert source.failures == 0
    row = FollowedRun.objects.get(failures=1)
    assert "failed to convert action event" in row.error
    assert Run.objects.count() == 7 - (not Run.objects.filter(name=row.name).exists())
    poll_it()
    assert_all_there(flyte)


def test_a_run_that_was_deleted_is_followed_no_more(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", phase="RUNNING")
    poll_it()
    flyte.runs.clear()
    source = poll_it()
    assert (source.failures, source.last_error) == (0, "")
    assert FollowedRun.objects.get().due_at is None
    assert Run.objects.get().phase == "running"


def test_it_says_what_is_no_flyte(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.fault = lambda _: (404, {"Content-Type": "text/plain"}, b"secret of another service")
    assert poll_it().last_error == "The address answers 404: it is no Flyte 2."


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_it_loses_nothing_whatever_fails(flyte: BackEnd, poll_it: Poll, seed: int) -> None:
    """A fifth of all calls fails, and runs keep coming."""
    filled(flyte)
    dice = random.Random(seed)
    faults = list(FAULTS.values())
    flyte.fault = lambda _: dice.choice(faults) if dice.random() < 0.2 else None
    for number in range(20):
        poll_it()
        if number < 3:
            steps = (Step("x1", "a0", errors=("once",)), Step("x2", "x1", context={"a": "b"}))
            flyte.add(f"late{number}", *steps)
    flyte.fault = lambda _: None
    poll_it()
    assert_all_there(flyte)
