from __future__ import annotations

from typing import Any

import pytest

from linkhub.accounts.models import Project
from linkhub.api import examples
from linkhub.links.models import LinkDefinition
from linkhub.runs.models import Pending, Run
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_action, make_attached, make_definition, make_project, make_run

PREVIEW = "/api/v1/definitions:preview"
NAMES = {"project": "flytesnacks", "domain": "development", "run": "r7"}
BOARD = {"key": "board", "template": "https://boards.example.com/{{ .actionName }}"}
ABOVE = {"key": "board", "level": "run", "template": "https://boards.example.com/{{ .runName }}"}


def previewed(api: Api, definition: dict[str, Any], **on: Any) -> list[dict[str, Any]]:
    response = api.post(PREVIEW, {"definition": definition, **on})
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def urls(items: list[dict[str, Any]]) -> list[str]:
    return [each["outcome"]["url"] for each in items if each["outcome"]]


def test_it_tries_a_definition_on_a_run(api: Api) -> None:
    run = make_run()
    for name in ("a0", "x1"):
        make_action(run, name)
    found = previewed(api, BOARD, run=NAMES)
    assert urls(found) == ["https://boards.example.com/a0", "https://boards.example.com/x1"]
    one = previewed(api, BOARD, run={**NAMES, "action": "x1"})
    assert urls(one) == ["https://boards.example.com/x1"]
    assert urls(previewed(api, ABOVE, run=NAMES)) == ["https://boards.example.com/r7"]
    assert not LinkDefinition.objects.exists()


def test_it_tries_it_in_place_of_the_one_that_is_saved(api: Api) -> None:
    make_run()
    make_definition("board", level="run")
    found = previewed(api, ABOVE, run=NAMES)
    assert urls(found) == ["https://boards.example.com/r7"]
    assert len(found) == 1


def test_it_says_which_layer_would_win(api: Api) -> None:
    make_attached(make_run(), key="board")
    found = {each["layer"]: each for each in previewed(api, ABOVE, run=NAMES)}
    assert (found["instance"]["wins"], found["instance"]["winner"]) == (False, "override")


def test_it_tries_a_definition_on_a_document(api: Api) -> None:
    document = {**NAMES, "project": "new", "actions": [{"name": "x1", "context": {"a": "b"}}]}
    template = "https://boards.example.com/{{ .project }}/{{ .context.a }}"
    [found] = previewed(api, {"key": "board", "template": template}, document=document)
    assert (found["project"], found["action"]) == ("new", "x1")
    assert found["outcome"]["url"] == "https://boards.example.com/new/b"


def test_nothing_stays_of_a_document(api: Api) -> None:
    api.post(PREVIEW, examples.PREVIEW)
    for model in (Project, Run, Pending, LinkDefinition):
        assert not model.objects.exists()


def test_a_document_has_nothing_to_do_with_the_run_of_that_name(api: Api) -> None:
    make_action(make_run(), "a0")
    found = previewed(api, BOARD, document={**NAMES, "actions": [{"name": "x1"}]})
    assert urls(found) == ["https://boards.example.com/x1"]


def test_it_tries_a_definition_of_level_project(api: Api) -> None:
    make_project()
    definition = {"level": "project", "template": "https://boards.example.com/{{ .project }}"}
    found = previewed(api, definition, run={"project": "flytesnacks"})
    assert urls(found) == ["https://boards.example.com/flytesnacks"]


def test_it_leaves_a_python_classs_link_undecided(api: Api, settings: Any) -> None:
    settings.LINKHUB_LINK_CLASSES = ["tests.*"]
    make_action(make_run(), "x1")
    definition = {"provider": "python_link", "params": {"class": "tests.links.flyte_links:Board"}}
    [found] = previewed(api, definition, run=NAMES)
    assert (found["outcome"]["state"], found["outcome"]["url"]) == ("undecided", None)
    assert "worker" in found["outcome"]["reason"]


def test_it_counts_what_saving_would_change(api: Api) -> None:
    make_action(make_run(), "x1")
    make_definition("board", template="https://old.example.com/{{ .runName }}")
    body = {"definition": BOARD, "run": NAMES, "impact": True}
    impact = api.post(PREVIEW, body).json()["impact"]
    [change] = impact["examples"]["changes"]
    assert (impact["runs"], impact["matched"], impact["changes"], impact["whole"]) == (
        1,
        1,
        1,
        True,
    )
    assert change["before"]["url"] == "https://old.example.com/r7"
    assert change["after"]["url"] == "https://boards.example.com/x1"
    assert api.post(PREVIEW, body | {"impact": False}).json()["impact"] is None


def test_its_impact_is_on_what_the_token_may_see(api_that: MakeApi) -> None:
    make_action(make_run(), "x1")
    body = examples.PREVIEW | {"impact": True}
    mine = api_that("read", "manage", project=make_project("mine"))
    assert api_that("manage").post(PREVIEW, body).status_code == 403
    assert (
        mine.post(PREVIEW, {**body, "document": {**body["document"], "project": "mine"}}).json()[
            "impact"
        ]["runs"]
        == 0
    )


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            {"definition": {"template": "https://x.example.com/{{ .podNam }}"}},
            "body.definition.template",
        ),
        ({"definition": {"provider": "nope"}}, "body.definition.provider"),
        ({"definition": {"template": "https://x/", "levle": 1}}, "body.definition.levle"),
        ({"definition": {"template": "https://x/", "project": "other"}}, "body.definition.project"),
        ({"run": None}, "body"),
        ({"run": {"project": "flytesnacks", "run": "r7"}}, "body.run"),
        ({"run": {"project": "flytesnacks"}}, "body.run"),
        ({"document": {**NAMES, "phase": "resting"}, "run": None}, "body.document.phase"),
    ],
)
def test_it_names_the_field_at_fault(api: Api, body: dict[str, Any], place: str) -> None:
    make_action(make_run(), "x1")
    response = api.post(PREVIEW, {"definition": BOARD, "run": NAMES} | body)
    assert (response.status_code, list(errors(response))) == (422, [place])


def test_it_shows_nothing_of_another_project(api_that: MakeApi) -> None:
    make_action(make_run(), "x1")
    caller = api_that("read", "manage", project=make_project("mine"))
    hidden = caller.post(PREVIEW, {"definition": BOARD, "run": NAMES})
    absent = caller.post(PREVIEW, {"definition": BOARD, "run": {**NAMES, "run": "absent"}})
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_it_needs_the_ability(api_that: MakeApi, stranger: Api) -> None:
    make_action(make_run(), "x1")
    body = {"definition": BOARD, "run": NAMES}
    assert stranger.post(PREVIEW, body).status_code == 401
    assert api_that("ingest").post(PREVIEW, body).status_code == 403
    assert api_that("manage").post(PREVIEW, body).status_code == 403
    assert api_that("manage").post(PREVIEW, examples.PREVIEW).status_code == 200
