from typing import Any

from benchmarks.scale import KEYS, document

OF_ONE = {"name": "x", "unit": "x", "bar": None, "about": "said so"}


def found(runs: int, value: float, keys: tuple[str, ...] = KEYS) -> dict[str, Any]:
    costs = [OF_ONE | {"key": key, "value": value, "runs": runs} for key in keys]
    return {"machine": {"processors": 2}, "costs": costs}


def test_it_multiplies_what_was_measured_at_the_largest_size() -> None:
    text = document([found(10_000, 500.0), found(1_000_000, 1000.0)])
    assert "1,000,000 runs stored" in text
    assert "| links on disk | 100 GB |" in text
    assert "| runs, actions, attempts, pods on disk | 10 GB |" in text


def test_it_says_nothing_without_all_measures() -> None:
    assert document([found(10_000, 500.0, KEYS[1:])]) == ""
