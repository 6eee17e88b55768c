"""What can go wrong between flyteadmin and us: no run is lost, none doubled."""

import random
from collections import Counter

import pytest
from django.utils import timezone

from linkhub.ingest.flyte2 import authorizing
from linkhub.ingest.models import FollowedRun
from linkhub.runs.models import Action, AttachedLink, Attempt, Run
from tests.ingest.flyte1.back_end import JSON, BackEnd, Fault, Node
from tests.ingest.flyte1.conftest import Poll

FAULTS = {
    "expired": (401, JSON, b'{"code":16,"message":"expired"}'),
    "too many": (429, {"Retry-After": "7"}, b""),
    "unavailable": (503, JSON, b'{"code":14,"message":"come again"}'),
    "a proxy without back end": (502, {"Content-Type": "text/html"}, b"<html>"),
    "truncated": (
        200,
        JSON | {"Content-Length": "5000", "Connection": "close"},
        b'{"executions":[{"id":',
    ),
    "truncated JSON": (200, JSON, b'{"executions":[{"id":'),
    "no object": (200, JSON, b"[]"),
    "no list": (200, JSON, b'{"executions":7,"node_executions":7,"task_executions":7}'),
    "a page to sign in": (200, {"Content-Type": "text/html"}, b"<html>"),
    "deeply nested": (200, JSON, b"[" * 100_000),
    "a redirect": (302, {"Location": "http://169.254.169.254/"}, b""),
}


def filled(flyte: BackEnd) -> None:
    flyte.page = 3
    for number in range(6):
        flyte.add(f"f{number}", Node("n0", errors=("once",)), Node("n0-0-n1", parent="n0"))


def assert_all_there(flyte: BackEnd) -> None:
    assert sorted(Run.objects.values_list("name", flat=True)) == sorted(flyte.runs)
    assert Action.objects.count() == 2 * len(flyte.runs)
    assert Attempt.objects.count() == AttachedLink.objects.count() == 3 * len(flyte.runs)
    assert not FollowedRun.objects.filter(due_at__isnull=False).exists()


def once(kind: str, count: int, fault: tuple[int, dict[str, str], bytes]) -> Fault:
    """The fault at the given call of the kind, and at no other."""
    seen: Counter[str] = Counter()

    def at(called: str) -> tuple[int, dict[str, str], bytes] | None:
        seen[called] += 1
        return fault if called == kind and seen[called] == count else None

    return at


OFTEN = ("expired", "too many", "truncated")


@pytest.mark.parametrize(
    "name",
    [*OFTEN, *(pytest.param(name, marks=pytest.mark.slow) for name in FAULTS if name not in OFTEN)],
)
def test_it_catches_up_after_a_fault(flyte: BackEnd, poll_it: Poll, name: str) -> None:
    filled(flyte)
    flyte.fault = once("executions", 2, FAULTS[name])
    source = poll_it()
    assert source.last_error
    assert "html" not in source.last_error
    assert poll_it().last_error == ""
    assert_all_there(flyte)


@pytest.mark.parametrize("kind", ["node_executions", "task_executions"])
def test_it_goes_on_in_the_middle_of_reading(flyte: BackEnd, poll_it: Poll, kind: str) -> None:
    filled(flyte)
    flyte.fault = once(kind, 4, FAULTS["truncated"])
    assert poll_it().failures == 1
    poll_it()
    assert_all_there(flyte)


def test_it_waits_as_long_as_it_is_asked(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.fault = lambda _: (503, {"Retry-After": "120"}, b"")
    source = poll_it()
    assert (source.next_poll_at - timezone.now()).total_seconds() > 110


def test_a_token_that_ends_is_asked_for_anew(
    flyte: BackEnd, poll_it: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKHUB_SOURCE_FLYTE1", "s3cret")
    monkeypatch.setattr(authorizing, "_tokens", {})
    flyte.token = "somebody else's"
    filled(flyte)
    sign_in = {"auth": "client_secret", "client_id": "linkhub"}
    assert poll_it("LINKHUB_SOURCE_FLYTE1", **sign_in).last_error == ""
    assert_all_there(flyte)
    flyte.token = "rotated"
    flyte.add("late", Node("n0", errors=("once",)), Node("n0-0-n1", parent="n0"))
    assert poll_it().last_error == ""
    assert_all_there(flyte)
    assert flyte.granted == 2


def test_one_run_that_cannot_be_read_stops_no_other(flyte: BackEnd, poll_it: Poll) -> None:
    filled(flyte)
    internal = b'{"code":13,"message":"failed to read from the database"}'
    flyte.fault = once("task_executions", 2, (500, JSON, internal))
    assert poll_it().failures == 0
    assert "failed to read" in FollowedRun.objects.get(failures=1).error
    poll_it()
    assert_all_there(flyte)


def test_a_run_that_was_deleted_is_followed_no_more(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("f1", phase="RUNNING")
    poll_it()
    flyte.runs.clear()
    assert poll_it().last_error == ""
    assert FollowedRun.objects.get().due_at is None
    assert Run.objects.get().phase == "running"


def test_it_says_what_is_no_flyte(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.fault = lambda _: (404, {"Content-Type": "text/plain"}, b"secret of another service")
    assert poll_it().last_error == "The address answers 404: it is no Flyte 1."


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
            nodes = (Node("n0", errors=("once",)), Node("n0-0-n1", parent="n0"))
            flyte.add(f"late{number}", *nodes)
    flyte.fault = lambda _: None
    poll_it()
    assert_all_there(flyte)
