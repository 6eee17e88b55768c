"""More than any page is made for: names of every kind and length, hundreds of links and actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

LONG = "an-identifier-that-never-ends-" * 9
HEBREW = "אימון-מודל-חתולים \u202egnp.exe"
COMBINING = "Z̷̢a̶l̴g̵o̸" + "\u0301\u0316\u0347" * 30
EMOJI = "🧪👩‍🔬🏳️‍🌈 e\u0301tude 数据处理流水线"
SCRIPT = "<script>document.title='ran'</script><img src=x onerror=document.title='ran'>"
STRANGE = (LONG[:250], HEBREW, COMBINING[:200], EMOJI, SCRIPT)

PROJECT, DOMAIN, RUN = LONG[:120], "production", LONG[:250]
BEGUN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
PHASES = ("succeeded", "failed", "running", "queued", "aborted", "timed_out", "paused")


def document(*, links: int = 400, actions: int = 600) -> dict[str, Any]:
    """A run as the API takes it."""
    return {
        "workflow": STRANGE[0],
        "version": SCRIPT[:200],
        "phase": "failed",
        "launched_by": EMOJI,
        "cluster": LONG[:250],
        "namespace": HEBREW,
        "created_at": BEGUN,
        "started_at": BEGUN,
        "ended_at": BEGUN + timedelta(hours=30),
        "source_url": f"https://flyte.example.com/{'x' * 500}",
        "labels": {name: name for name in STRANGE},
        "context": {f"key_{number}": LONG * 2 for number in range(30)},
        "links": [_link(number) for number in range(links)],
        "actions": [_action(number) for number in range(actions)],
    }


def _link(number: int) -> dict[str, Any]:
    name = f"{number} {STRANGE[number % len(STRANGE)]}"[:250]
    missing = "{{ .context.nobody_ever_gave_this_variable }}"
    return {
        "key": f"link-{number}",
        "name": name,
        "url": f"https://tools.example.com/{number}/{missing if number % 7 == 0 else 'x' * 300}",
    }


def _action(number: int) -> dict[str, Any]:
    """A chain first, twelve deep, then mapped ones, then some of each kind of name."""
    begun = BEGUN + timedelta(minutes=number)
    phase = PHASES[number % len(PHASES)]
    ended = begun + timedelta(minutes=number % 90) if phase not in ("running", "queued") else None
    task = STRANGE[number % len(STRANGE)] if number < 40 else "shard"
    return {
        "name": f"a{number}" if number < 20 else f"{STRANGE[number % len(STRANGE)][:240]} {number}",
        "parent": f"a{number - 1}" if 0 < number < 12 else "a0" if number else "",
        "task": task,
        "phase": phase,
        "started_at": begun,
        "ended_at": ended,
        "attempts": [_attempt(number, one, begun) for one in range(1, 2 + number % 5)],
    }


def _attempt(number: int, one: int, begun: datetime) -> dict[str, Any]:
    begun += timedelta(minutes=10 * one)
    return {
        "number": one,
        "phase": "failed",
        "started_at": begun,
        "ended_at": begun + timedelta(minutes=8),
        "error": f"{LONG}\n{SCRIPT}" * 3,
        "pods": [{"name": f"pod-{number}-{one}-{LONG[:150]}", "namespace": LONG[:60]}],
    }
