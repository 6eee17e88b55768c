import os
from datetime import timedelta

import pytest
from pydantic import ValidationError

from linkhub.ingest.sources.credentials import check_variable, read_credential
from linkhub.ingest.sources.errors import Misconfigured
from linkhub.ingest.sources.schedule import pause
from linkhub.ingest.sources.settings import Mapping, Scope, SourceSettings, parse_mapping


def test_it_reads_a_mapping() -> None:
    scope = Scope("flytesnacks", "development")
    assert parse_mapping("flytesnacks/development") == Mapping(scope, None, None)
    mapped = parse_mapping("flytesnacks/development -> vision/prod")
    assert mapped == Mapping(scope, "vision", "prod")


@pytest.mark.parametrize("line", ["", "a", "a/", "/b", "a/b ->", "a/b -> c"])
def test_it_refuses_what_is_no_mapping(line: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_mapping(line)


def test_it_refuses_a_project_twice_and_unknown_settings() -> None:
    with pytest.raises(ValidationError, match="twice"):
        SourceSettings(projects=["a/b", "a/b -> c/d"])
    with pytest.raises(ValidationError, match="nonsense"):
        SourceSettings.model_validate({"projects": ["a/b"], "nonsense": 1})


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "LINKHUB_SOURCE_", "linkhub_source_x", "X LINKHUB_SOURCE_A"],
)
def test_it_reads_no_other_variable(name: str) -> None:
    assert check_variable(name)
    with pytest.raises(Misconfigured):
        read_credential(name)


def test_it_reads_a_credential_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LINKHUB_SOURCE_LAB", "hush\n")
    credential = read_credential("LINKHUB_SOURCE_LAB")
    assert credential is not None
    assert credential.value == "hush"
    assert "hush" not in repr(credential)


def test_it_pauses_longer_and_longer_up_to_five_minutes() -> None:
    assert timedelta(seconds=1) <= pause(1) <= timedelta(seconds=2)
    assert timedelta(seconds=16) <= pause(5) <= timedelta(seconds=32)
    assert timedelta(seconds=150) <= pause(500) <= timedelta(minutes=5)


def test_it_waits_as_long_as_it_is_asked_to_up_to_an_hour() -> None:
    assert pause(1, 90) == timedelta(seconds=90)
    assert pause(1, 1e9) == timedelta(hours=1)
