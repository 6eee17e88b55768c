from datetime import datetime, timedelta
from typing import Any

import pytest

from linkhub.links.resolving.lifecycle import Life, Lifecycle
from linkhub.runs.phases import Phase
from tests.resolving.cases import (
    END,
    NOW,
    START,
    a_definition,
    a_pod,
    a_run_unit,
    a_unit,
    an_action,
    an_attempt,
    attached,
    by_subject,
    one,
    resolve,
)

PENDING = ("queued", "initializing")
GOING = ("waiting_for_resources", "running", "paused", None)
TERMINAL = ("succeeded", "failed", "aborted", "timed_out", "recovered")
ALL = (*PENDING, *GOING, *TERMINAL)
MINUTE = timedelta(minutes=1)


def test_it_is_tried_on_every_phase() -> None:
    assert {phase for phase in ALL if phase} == set(Phase.values)


def state(phase: str | None, **rules: Any) -> str:
    ended_at = END if phase in TERMINAL else None
    return one(a_unit(an_action(phase=phase, ended_at=ended_at)), a_definition(**rules)).state


@pytest.mark.parametrize("phase", ALL)
def test_it_shows_a_link_without_rules_in_every_phase(phase: str | None) -> None:
    assert state(phase) == "ready"


@pytest.mark.parametrize("phase", ALL)
def test_it_hides_what_is_not_to_show_while_pending(phase: str | None) -> None:
    hidden = phase in PENDING
    assert state(phase, show_while_pending=False) == ("hidden" if hidden else "ready")


@pytest.mark.parametrize("phase", ALL)
def test_it_hides_what_is_to_hide_once_finished(phase: str | None) -> None:
    hidden = phase in TERMINAL
    assert state(phase, hide_once_finished=True) == ("hidden" if hidden else "ready")


@pytest.mark.parametrize("phase", ALL)
def test_it_expires_after_the_time_to_live(phase: str | None) -> None:
    expired = phase in TERMINAL
    assert state(phase, ttl=MINUTE) == ("expired" if expired else "ready")
    assert state(phase, ttl=timedelta(days=1)) == "ready"


@pytest.mark.parametrize("phase", ALL)
def test_it_hides_before_it_expires(phase: str | None) -> None:
    hidden = phase in TERMINAL
    rules = {"hide_once_finished": True, "ttl": MINUTE}
    assert state(phase, **rules) == ("hidden" if hidden else "ready")


@pytest.mark.parametrize("phase", ALL)
def test_it_waits_until_the_end_and_then_says_missing(phase: str | None) -> None:
    waits = "missing" if phase in TERMINAL else "waiting"
    assert state(phase, template="https://x.test/{{ .podName }}") == waits


def test_it_says_when_it_will_expire() -> None:
    unit = a_unit(an_action(phase="succeeded", ended_at=END))
    link = one(unit, a_definition(ttl=timedelta(days=30)))
    assert (link.state, link.expires_at) == ("ready", END + timedelta(days=30))


@pytest.mark.parametrize(
    ("now", "expected"), [(END + MINUTE - timedelta(seconds=1), "ready"), (END + MINUTE, "expired")]
)
def test_it_expires_at_that_moment(now: datetime, expected: str) -> None:
    unit = a_unit(an_action(phase="succeeded", ended_at=END))
    assert one(unit, a_definition(ttl=MINUTE), now=now).state == expected


def test_it_does_not_expire_without_a_known_end() -> None:
    link = one(a_unit(an_action(phase="succeeded")), a_definition(ttl=MINUTE))
    assert (link.state, link.expires_at) == ("ready", None)


def test_it_never_expires_past_the_end_of_the_calendar() -> None:
    verdict = Lifecycle(ttl=timedelta.max).verdict(Life("failed", True, END), NOW)
    assert verdict == ("", "", None)


def test_it_makes_no_url_for_what_is_hidden() -> None:
    link = one(a_unit(an_action(phase="queued")), a_definition(show_while_pending=False))
    assert (link.state, link.url, link.reason) == ("hidden", "", "Hidden while queued.")


def test_a_hidden_link_comes_back_when_the_rule_no_longer_hides_it() -> None:
    definition = a_definition(hide_once_finished=True)
    assert one(a_unit(an_action(phase="failed")), definition).state == "hidden"
    assert one(a_unit(an_action(phase="running")), definition).state == "ready"


@pytest.mark.parametrize(
    ("rules", "phase", "expected"),
    [
        ({"show_while_pending": False}, "queued", "hidden"),
        ({"show_while_pending": True}, "queued", "ready"),
        ({}, "queued", "ready"),
        ({"hide_once_finished": True}, "succeeded", "hidden"),
        ({"ttl": "60s"}, "succeeded", "expired"),
        ({"ttl": "30d"}, "succeeded", "ready"),
        ({"ttl": "soon"}, "succeeded", "failed"),
    ],
)
def test_it_has_the_same_rules_for_attached_links(
    rules: dict[str, Any], phase: str, expected: str
) -> None:
    action = an_action(phase=phase, ended_at=END, attached=(attached(**rules),))
    assert one(a_unit(action)).state == expected


# Terminal: what ended, what is inside of what ended, and an attempt with a later one.

WAITS = "https://x.test/{{ .context.never }}"


def states(unit: Any) -> dict[str, str]:
    levels = ("action", "attempt", "pod")
    definitions = [a_definition(level, level=level, template=WAITS) for level in levels]
    return {
        f"{link.level} {link.subject.attempt or ''} {link.subject.pod or ''}".strip(): link.state
        for link in resolve(unit, *definitions)
    }


def test_a_pod_that_ended_is_terminal_and_its_attempt_is_not() -> None:
    pods = (a_pod("p", ended_at=END), a_pod("q"))
    assert states(a_unit(an_action(attempts=(an_attempt(1, *pods),)))) == {
        "action": "waiting",
        "attempt 1": "waiting",
        "pod 1 p": "missing",
        "pod 1 q": "waiting",
    }


def test_an_attempt_that_ended_is_terminal_with_its_pods() -> None:
    attempt = an_attempt(1, a_pod("p"), phase="failed")
    assert states(a_unit(an_action(attempts=(attempt,)))) == {
        "action": "waiting",
        "attempt 1": "missing",
        "pod 1 p": "missing",
    }


def test_an_attempt_before_another_is_terminal() -> None:
    attempts = (an_attempt(1, a_pod("p")), an_attempt(2, a_pod("q")))
    assert states(a_unit(an_action(attempts=attempts))) == {
        "action": "waiting",
        "attempt 1": "missing",
        "pod 1 p": "missing",
        "attempt 2": "waiting",
        "pod 2 q": "waiting",
    }


@pytest.mark.parametrize(
    "unit",
    [
        a_unit(an_action(phase="aborted", attempts=(an_attempt(1, a_pod("p")),))),
        a_unit(an_action(container_terminal=True, attempts=(an_attempt(1, a_pod("p")),))),
        a_unit(an_action(attempts=(an_attempt(1, a_pod("p")),)), phase="aborted"),
    ],
    ids=["action", "ancestor", "run"],
)
def test_everything_in_what_ended_is_terminal(unit: Any) -> None:
    assert set(states(unit).values()) == {"missing"}


def test_what_is_inside_of_what_ended_is_not_pending() -> None:
    unit = a_unit(an_action(phase="queued"), phase="aborted")
    assert one(unit, a_definition(show_while_pending=False)).state == "ready"


def test_a_project_is_never_pending_and_never_ends() -> None:
    definition = a_definition(
        level="project", template=WAITS, hide_once_finished=True, show_while_pending=False
    )
    unit = a_unit().__class__("flytesnacks")
    assert one(unit, definition).state == "waiting"


@pytest.mark.parametrize(
    ("unit", "level", "ended_at"),
    [
        (a_run_unit(phase="failed", ended_at=END), "run", END),
        (a_unit(an_action(phase="failed", ended_at=END)), "action", END),
        (
            a_unit(an_action(phase="failed", ended_at=END), phase="failed", ended_at=END - MINUTE),
            "action",
            END - MINUTE,
        ),
        (a_unit(an_action(), phase="failed", ended_at=END), "action", END),
        (a_unit(an_action(container_terminal=True, container_ended_at=END)), "action", END),
        (
            a_unit(an_action(attempts=(an_attempt(1, phase="failed", ended_at=END),))),
            "attempt",
            END,
        ),
        (
            a_unit(
                an_action(
                    phase="failed", ended_at=END - MINUTE, attempts=(an_attempt(ended_at=END),)
                )
            ),
            "attempt",
            END - MINUTE,
        ),
        (a_unit(an_action(attempts=(an_attempt(1, a_pod(ended_at=END)),))), "pod", END),
    ],
)
def test_the_end_is_the_earliest_of_what_ended(unit: Any, level: str, ended_at: datetime) -> None:
    link = one(unit, a_definition(level=level, ttl=timedelta(days=1)))
    assert link.expires_at == ended_at + timedelta(days=1)


def test_a_later_attempt_ends_the_earlier_by_its_start() -> None:
    attempts = (an_attempt(1), an_attempt(2, started_at=START + MINUTE))
    definition = a_definition(level="attempt", ttl=timedelta(days=1))
    links = resolve(a_unit(an_action(attempts=attempts)), definition)
    assert [link.expires_at for link in links] == [START + MINUTE + timedelta(days=1), None]
    assert len(by_subject(links)) == 2
