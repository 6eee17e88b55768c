"""The outcome of recording never depends on order, repetition, grouping or concurrency."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from linkhub.accounts.models import Project
from tests.runs.sayings import Saying, is_consistent, say, sayings, state

# The profile `ci` is Hypothesis's own: `CI=1`, or --hypothesis-profile=ci.
IS_CI = settings.get_current_profile_name() == "ci"
THREADS = 3
several = st.lists(sayings, min_size=1, max_size=8)
randoms = st.randoms(use_true_random=False)
# Without shrinking: a failure is to be told in seconds, and what is said is little anyway.
quietly = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
}


def one_by_one(project: Project, said: Sequence[Saying]) -> None:
    for each in said:
        each.say(project)


def shuffled(said: Sequence[Saying], random: Random) -> list[Saying]:
    """In another order, and some of it again."""
    again = [*said, *random.sample(said, random.randint(0, len(said)))]
    random.shuffle(again)
    return again


def grouped(said: Sequence[Saying], random: Random) -> list[Sequence[Saying]]:
    ends = sorted({len(said), *random.sample(range(len(said)), len(said) // 3)})
    return [said[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


class TestOrder(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.project = Project.objects.create(name="flytesnacks")

    def after(self, record: Callable[[], None]) -> dict[str, list[str]]:
        """What is stored after recording, which is then taken back."""
        with transaction.atomic():
            record()
            assert is_consistent(self.project)
            found = state(self.project)
            transaction.set_rollback(True)
        return found

    @settings(max_examples=500 if IS_CI else 50, **quietly)
    @given(several, randoms)
    def test_it_ends_the_same_in_any_order_grouping_and_number(
        self, said: list[Saying], random: Random
    ) -> None:
        groups = grouped(shuffled(said, random), random)
        expected = self.after(lambda: one_by_one(self.project, said))
        assert self.after(lambda: [say(self.project, each) for each in groups]) == expected


@pytest.mark.django_db(transaction=True)
def test_it_ends_the_same_from_several_connections(settings) -> None:
    settings.REDIS_URL = ""
    record_at_once()


@settings(max_examples=50 if IS_CI else 8, **quietly)
@given(several, randoms)
def record_at_once(said: list[Saying], random: Random) -> None:
    number = Project.objects.count()
    alone, together = (Project.objects.create(name=f"{name}-{number}") for name in ("a", "t"))
    one_by_one(alone, said)
    everything = [shuffled(said, random) for _ in range(THREADS)]
    barrier = threading.Barrier(THREADS, timeout=30)

    def record(said: list[Saying]) -> None:
        barrier.wait()
        try:
            one_by_one(together, said)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(record, everything))
    assert is_consistent(together)
    assert state(together) == state(alone)
