"""Files of definitions over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from linkhub.links.as_code.schema import file_schema, schema_text
from linkhub.links.as_code.tree import read_yaml
from linkhub.links.models import LinkDefinition
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_definition, make_private_project, make_project, make_tool
from tests.links.as_code.files import FILE

ROOT = Path(__file__).parents[2]
EXPORT, DIFF, APPLY = (f"/api/v1/definitions:{each}" for each in ("export", "diff", "apply"))
SCHEMA = "/api/v1/definitions.schema.json"


def test_it_applies_exports_and_finds_no_difference(api: Api) -> None:
    applied = api.post(APPLY + "?reason=abc", FILE.encode()).json()
    assert [step["action"] for step in applied["steps"]] == ["create"] * 3
    exported = api.get(EXPORT, label="platform")
    assert exported["Content-Type"] == "application/yaml; charset=utf-8"
    assert api.post(DIFF, exported.content).json()["steps"] == []
    as_json = api.get(EXPORT, label="platform", syntax="json").json()
    assert as_json == read_yaml(exported.content).data
    assert api.post(DIFF, as_json).json()["unchanged"] == 3
    entry = LinkDefinition.objects.get(key="board").history.get()
    assert (entry.way, entry.history_change_reason) == ("API", "abc")


def test_it_shows_a_difference_and_changes_nothing(api: Api) -> None:
    api.post(APPLY, FILE.encode())
    changed = FILE.replace("train_*", "score_*").encode()
    [step] = api.post(DIFF, changed).json()["steps"]
    assert step["changes"] == [
        {"field": "select", "before": {"workflow": "train_*"}, "after": {"workflow": "score_*"}}
    ]
    assert LinkDefinition.objects.get(key="board").select == {"workflow": "train_*"}


def test_it_prunes_when_asked(api: Api) -> None:
    api.post(APPLY, FILE.encode())
    api.post(APPLY + "?prune=true", b"label: platform")
    assert not LinkDefinition.objects.alive().exists()


@pytest.mark.parametrize("path", [DIFF, APPLY])
def test_it_names_the_line_of_every_mistake(api: Api, path: str) -> None:
    wrong = FILE.replace("level: pod", "level: pods").replace("runName", "runNam")
    found = errors(api.post(path, wrong.encode()))
    assert found["body.definitions.0.level"].startswith("line 11, column 5: ")
    assert found["body.definitions.1.template"].startswith("line 14, column 5: ")
    assert not LinkDefinition.objects.exists()


def test_it_keeps_what_a_file_keeps_from_other_writers(api: Api) -> None:
    make_definition("x", managed_by="git")
    body = {"template": "https://x.example.com"}
    response = api.put("/api/v1/definitions/x", body)
    assert "kept by the file labelled `git`" in response.json()["detail"]
    assert api.delete("/api/v1/definitions/x").status_code == 422


class TestAProjectsToken:
    def test_it_exports_its_project_alone(self, api_that: MakeApi) -> None:
        make_tool()
        make_definition("a")
        make_definition("b", project=make_private_project())
        make_definition("c", project=make_project())
        own = api_that("read", project=make_project())
        file = own.get(EXPORT, syntax="json").json()
        assert ([each["key"] for each in file["definitions"]], "tools" in file) == (["c"], False)
        assert own.get(EXPORT, project="secret").status_code == 404

    def test_it_applies_to_its_project_alone(self, api_that: MakeApi) -> None:
        own = api_that("manage", project=make_project())
        response = own.post(APPLY, FILE.encode())
        assert set(errors(response)) == {"body.tools.0", "body.definitions.0.project"}
        assert not LinkDefinition.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", EXPORT), ("POST", DIFF), ("POST", APPLY), ("GET", SCHEMA)]
)
class TestOutsiders:
    def test_they_need_a_token(self, stranger: Api, method: str, path: str) -> None:
        assert stranger.send(method, path, {}).status_code == 401

    def test_they_need_the_ability(self, api_that: MakeApi, method: str, path: str) -> None:
        assert api_that("ingest").send(method, path, {}).status_code == 403


@pytest.mark.parametrize("path", [DIFF, APPLY])
def test_reading_is_not_enough_to_apply(api_that: MakeApi, path: str) -> None:
    assert api_that("read").post(path, {}).status_code == 403


def test_it_serves_the_schema_that_is_documented(api: Api) -> None:
    assert api.get(SCHEMA).json() == file_schema()
    assert (ROOT / "docs/definitions.schema.json").read_text() == schema_text()


def valid(file: Any) -> bool:
    return bool(Draft202012Validator(file_schema()).is_valid(file))


def test_its_schema_takes_what_is_taken() -> None:
    assert valid(read_yaml(FILE).data)
    assert not valid(read_yaml(FILE.replace("level: pod", "level: pods")).data)
    assert not valid({"definitions": [{"template": "https://x.example.com"}]})
