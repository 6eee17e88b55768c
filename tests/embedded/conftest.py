"""Homes for real servers; none outlives its test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from linkhub.embedded import launcher, postgres
from linkhub.embedded.place import Place

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to use")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the account of root's servers can reach, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="linkhub-"))
    path.chmod(0o711)
    yield path
    launcher.stop(path / "home")
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A home whose database has been made; copied by tests, since making one takes longer."""
    path = Path(tempfile.mkdtemp(prefix="linkhub-"))
    path.chmod(0o711)
    place = launcher.at(path / "home")
    postgres.start(place, durable=False)
    postgres.stop(place)
    yield path / "home"
    shutil.rmtree(path)


@pytest.fixture
def place(folder: Path, template: Path) -> Place:
    subprocess.run(["cp", "-a", template, folder / "home"], check=True)
    return launcher.at(folder / "home")


@pytest.fixture(scope="module")
def running(template: Path) -> Iterator[Place]:
    """A place whose server runs, for tests that leave both as they are."""
    path = Path(tempfile.mkdtemp(prefix="linkhub-"))
    path.chmod(0o711)
    subprocess.run(["cp", "-a", template, path / "home"], check=True)
    place = launcher.at(path / "home")
    postgres.start(place, durable=False)
    yield place
    postgres.stop(place)
    shutil.rmtree(path)


def query(place: Place, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url(place), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
