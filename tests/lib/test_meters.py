"""Counting in memory."""

from __future__ import annotations

import os

from linkhub.lib.meters import ALL, INFINITE, SUM, Counter, Held, Histogram, Series, held

TRIES = Counter("tries", "", ("who",))
SECONDS = Histogram("seconds", "", (), (0.1, 1.0))


def test_it_adds_up_until_it_is_taken() -> None:
    held.take()
    TRIES.add(1, "ana")
    TRIES.add(2, "ana")

    assert held.take() == {Series("tries", ("ana",)): 3}
    assert held.take() == {}


def test_it_puts_a_value_into_the_first_bucket_that_holds_it() -> None:
    held.take()
    SECONDS.observe_each([0.1, 0.2, 7.0])

    assert held.take() == {
        Series("seconds", (), "0.1"): 1,
        Series("seconds", (), "1.0"): 1,
        Series("seconds", (), INFINITE): 1,
        Series("seconds", (), SUM): 7.3,
    }


def test_a_child_begins_anew() -> None:
    numbers = Held()
    numbers.add([(Series("tries", ()), 1)])
    if (child := os.fork()) == 0:
        os._exit(0 if numbers.take() == {} else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert numbers.take()


def test_it_has_one_meter_a_name() -> None:
    assert len({meter.name for meter in ALL}) == len(ALL)
