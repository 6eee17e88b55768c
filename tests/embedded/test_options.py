import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkhub.embedded import environment
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.serving.options import check_port_is_free, read_options

HOME = Path("/srv/linkhub")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_it_has_defaults() -> None:
    options = read_options(HOME, {})
    assert options.address == "http://127.0.0.1:8000"
    assert options.given == {}


def test_it_keeps_what_the_user_set_apart_from_what_serve_left(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(environment.text({"REDIS_URL": "left", "SECRET_KEY": "left"}))
    environ = {"REDIS_URL": "left", "SECRET_KEY": "left", "DATABASE_URL": "postgres://theirs/x"}
    assert read_options(tmp_path, environ).given == {"DATABASE_URL": "postgres://theirs/x"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "65536"), ("PORT", "²"), ("LINKHUB_WEB_WORKERS", "many")],
)
def test_it_refuses_numbers_that_cannot_work(name: str, value: str) -> None:
    with pytest.raises(CannotStart, match=f"{name} must be a number from 1 to .*, not {value}"):
        read_options(HOME, {name: value})


@pytest.mark.parametrize(
    ("host", "address", "name"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000", socket.gethostname()),
        ("::1", "http://[::1]:8000", "[::1]"),
        ("linkhub.example.com", "http://linkhub.example.com:8000", "linkhub.example.com"),
    ],
)
def test_it_knows_its_names(host: str, address: str, name: str) -> None:
    options = read_options(HOME, {"HOST": host})
    assert options.address == address
    assert name in options.hosts


def test_it_says_that_a_port_is_taken(taken: int) -> None:
    with pytest.raises(CannotStart, match=f"Port {taken} of 127.0.0.1 is taken"):
        check_port_is_free("127.0.0.1", taken)


def test_it_says_that_a_host_is_not_this_machine() -> None:
    with pytest.raises(CannotStart, match="is not an address of this machine"):
        check_port_is_free("192.0.2.1", 8000)


def test_it_leaves_a_free_port_free(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    check_port_is_free("127.0.0.1", port)
    check_port_is_free("127.0.0.1", port)
