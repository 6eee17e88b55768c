import asyncio

import pytest

from linkhub.embedded.serving import pauses


def test_it_waits_longer_each_time_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SHORTEST", 0.001)
    monkeypatch.setattr(pauses, "LONGEST", 0.004)
    one = pauses.Pauses()
    seen = []
    for _ in range(4):
        seen.append(one.next)
        asyncio.run(one.take())
    assert seen == [0.001, 0.002, 0.004, 0.004]


def test_it_forgives_after_a_long_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "SHORTEST", 0.001)
    one = pauses.Pauses()
    asyncio.run(one.take())
    assert one.next == 0.002
    monkeypatch.setattr(pauses, "WELL_AFTER", -1.0)
    assert one.next == 0.001
