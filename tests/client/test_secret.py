"""A key is asked for when it is needed, and shown by nothing."""

from __future__ import annotations

import pickle
import traceback

import pytest
from linkhub_client.secret import Secret

KEY = "0123456789abcdef0123456789abcdef01234567"


def test_it_reads_the_variable_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret("TEAM_KEY")
    monkeypatch.setenv("TEAM_KEY", KEY)
    assert secret.reveal() == KEY


def test_it_calls_the_function_each_time() -> None:
    keys = iter([KEY, "other"])
    secret = Secret(lambda: next(keys))
    assert [secret.reveal(), secret.reveal()] == [KEY, "other"]


@pytest.mark.parametrize("source", ["", 3, b"x"])
def test_it_takes_nothing_else(source: object) -> None:
    with pytest.raises(ValueError, match="name or a function"):
        Secret(source)  # type: ignore[arg-type]


def test_it_does_not_repeat_a_key_that_was_given_for_a_name() -> None:
    """Whoever confuses the two would else find the key in a log."""
    with pytest.raises(ValueError, match="not set") as raised:
        Secret(KEY).reveal()
    assert KEY not in "".join(traceback.format_exception(None, raised.value, raised.tb))


def test_it_shows_nothing_of_its_source() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret!r} {secret}"
    assert not hasattr(secret, "__dict__")


def test_it_says_that_a_function_returned_nothing() -> None:
    with pytest.raises(ValueError, match="returned nothing"):
        Secret(lambda: "").reveal()


def test_it_travels_as_a_name_alone() -> None:
    assert pickle.loads(pickle.dumps(Secret("TEAM_KEY"))).reveal.__self__._source == "TEAM_KEY"
