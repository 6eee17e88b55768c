from __future__ import annotations

from typing import Any

import pytest

from linkhub.links.models import Backfill, LinkDefinition
from linkhub.runs.changes import current_change
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_definition, make_private_project, make_project, make_tool
from tests.queries import queries_of

DASHBOARD = "/api/v1/definitions/dashboard"
IN_PROJECT = "/api/v1/projects/flytesnacks/definitions/dashboard"
BODY = {"name": "Dashboard", "template": "https://tools.example.com/d/{{ .runName }}"}


def whole(**changes: Any) -> dict[str, Any]:
    """Every field of a definition, none at its default."""
    return {
        "key": "dashboard",
        "name": "Board of {{ .actionName }}",
        "description": "What it shows.",
        "level": "attempt",
        "tool": "grafana",
        "provider": None,
        "params": {"panel": "3"},
        "template": "{{ .tool.base_url }}/d/{{ .params.panel }}/{{ .podName }}",
        "select": {
            "project": "flyte*",
            "domain": ["development", "staging"],
            "phase": ["running", "fail*"],
            "labels": {"team": "vision"},
        },
        "when": {"all": [{"variable": "context.wandb_id", "op": "exists"}]},
        "show_while_pending": False,
        "hide_once_finished": True,
        "ttl": "30d",
        "group": "Boards",
        "position": 3,
        "icon": "grafana",
        "link_type": "dashboard",
        "new_tab": False,
        "backlink": False,
        "enabled": False,
    } | changes


def test_it_creates_then_replaces(api: Api) -> None:
    assert api.put(DASHBOARD, BODY).status_code == 201
    response = api.put(DASHBOARD, BODY | {"name": "Board"})
    assert response.status_code == 200
    assert response.json()["name"] == "Board"


def test_it_gives_a_whole_definition_back(api: Api) -> None:
    make_tool("grafana")
    assert api.put(DASHBOARD, whole()).status_code == 201
    assert api.get(DASHBOARD).json() == whole(project=None)


def test_it_takes_back_what_it_gave(api: Api) -> None:
    make_tool("grafana")
    api.put(DASHBOARD, whole())
    before = current_change()
    assert api.put(DASHBOARD, api.get(DASHBOARD).json()).status_code == 200
    assert current_change() == before


def test_it_fills_in_the_defaults(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    assert api.get(DASHBOARD).json() == {
        "project": None,
        "key": "dashboard",
        "name": "Dashboard",
        "description": "",
        "level": "action",
        "tool": None,
        "provider": None,
        "params": {},
        "template": BODY["template"],
        "select": {},
        "when": {},
        "show_while_pending": True,
        "hide_once_finished": False,
        "ttl": None,
        "group": "",
        "position": 0,
        "icon": "",
        "link_type": "external",
        "new_tab": True,
        "backlink": False,
        "enabled": True,
    }


def test_it_drops_what_a_later_document_leaves_out(api: Api) -> None:
    make_tool("grafana")
    api.put(DASHBOARD, whole())
    api.put(DASHBOARD, BODY)
    assert api.get(DASHBOARD).json()["select"] == {}


def test_it_answers_with_a_problem_that_names_the_field(api: Api) -> None:
    response = api.put(DASHBOARD, BODY | {"template": "https://x.example.com/{{ .podNam }}"})
    assert response.status_code == 422
    assert "podName" in errors(response)["body.template"]
    assert not LinkDefinition.objects.exists()


def test_it_takes_an_edit_to_old_runs(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    row = LinkDefinition.objects.get()
    assert row.change == current_change()
    assert Backfill.objects.get().change == row.change


def test_it_says_in_the_history_which_token_edited(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    entry = LinkDefinition.objects.get().history.get()
    assert (entry.author[:4], entry.way) == ("ci (", "API")


def test_it_leaves_a_tombstone(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    before = current_change()
    assert api.delete(DASHBOARD).json() == {"deleted": True}
    row = LinkDefinition.objects.get()
    assert (row.deleted, row.change) == (True, before + 1)
    assert api.get(DASHBOARD).status_code == 404


def test_it_deletes_twice_with_the_same_answer(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    api.delete(DASHBOARD)
    before = current_change()
    assert api.delete(DASHBOARD).status_code == 200
    assert current_change() == before
    assert api.delete("/api/v1/definitions/never").status_code == 404


def test_it_brings_a_deleted_one_back(api: Api) -> None:
    api.put(DASHBOARD, BODY)
    api.delete(DASHBOARD)
    assert api.put(DASHBOARD, BODY).status_code == 201
    assert api.get(DASHBOARD).status_code == 200
    assert LinkDefinition.objects.count() == 1


def test_it_keeps_a_projects_apart_from_the_instances(api: Api) -> None:
    make_project()
    api.put(DASHBOARD, BODY)
    assert api.put(IN_PROJECT, BODY | {"name": "Ours"}).status_code == 201
    assert api.get(DASHBOARD).json()["name"] == "Dashboard"
    assert api.get(IN_PROJECT).json()["project"] == "flytesnacks"


def test_it_lets_a_projects_token_edit_the_projects_own(api_that: MakeApi) -> None:
    caller = api_that("manage", project=make_project())
    assert caller.put(IN_PROJECT, BODY).status_code == 201
    assert caller.delete(IN_PROJECT).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", [DASHBOARD, "/api/v1/tools/grafana"])
def test_it_keeps_projects_tokens_from_editing_the_instances(
    api_that: MakeApi, method: str, path: str
) -> None:
    caller = api_that("manage", project=make_project())
    assert caller.send(method, path, BODY).status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
class TestOutsiders:
    @pytest.mark.parametrize("path", [DASHBOARD, IN_PROJECT])
    def test_they_need_a_token(self, stranger: Api, method: str, path: str) -> None:
        assert stranger.send(method, path, BODY).status_code == 401

    @pytest.mark.parametrize("path", [DASHBOARD, IN_PROJECT])
    def test_they_need_the_ability(self, api_that: MakeApi, method: str, path: str) -> None:
        assert api_that("ingest").send(method, path, BODY).status_code == 403

    def test_they_see_no_other_project(self, api_that: MakeApi, method: str) -> None:
        make_definition(project=make_project())
        caller = api_that("read", "manage", project=make_project("mine"))
        hidden = caller.send(method, IN_PROJECT, BODY)
        absent = caller.send(method, IN_PROJECT.replace("flytesnacks", "absent"), BODY)
        assert hidden.status_code == 404
        assert hidden.content == absent.content


def test_it_lists_what_the_token_may_see(api_that: MakeApi) -> None:
    mine, secret = make_project("mine"), make_private_project()
    for project in (None, mine, secret):
        make_definition(project=project)
    make_definition("gone", deleted=True)
    items = api_that("read", project=mine).get("/api/v1/definitions").json()["items"]
    assert [item["project"] for item in items] == [None, "mine"]


def test_it_lists_page_by_page(api: Api) -> None:
    project = make_project()
    for key in ("a", "b"):
        make_definition(key)
        make_definition(key, project=project)
    seen, cursor = [], None
    while True:
        query = {"cursor": cursor} if cursor else {}
        page = api.get("/api/v1/definitions", limit=1, **query).json()
        seen += [(item["key"], item["project"]) for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [("a", None), ("a", "flytesnacks"), ("b", None), ("b", "flytesnacks")]


def test_it_refuses_a_cursor_that_it_did_not_give(api: Api) -> None:
    assert "query.cursor" in errors(api.get("/api/v1/definitions", cursor="x"))


def test_it_lists_with_as_many_queries_for_more(api: Api) -> None:
    make_definition("one", tool=make_tool(), project=make_project())
    few = queries_of(lambda: api.get("/api/v1/definitions"))
    for number in range(10):
        project, tool = make_project(f"p{number}"), make_tool(f"t{number}")
        make_definition(f"d{number}", tool=tool, project=project)
    assert queries_of(lambda: api.get("/api/v1/definitions")) == few


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"templateUri": 5}, "templateUri"),
        ({"templateUris": ["https://x.example.com/", "https://y.example.com/"]}, "templateUris"),
        ({"uri": "https://x.example.com/", "linkType": "ODD"}, "linkType"),
        ({"templateUris": ["https://x.example.com/{{ .podNam }}"]}, "templateUris"),
        ({"uri": "https://x.example.com/{{ .podNam }}"}, "uri"),
        ({"template": "https://x.example.com/{{ .podNam }}", "iconUri": ""}, "template"),
        ({"template": ["https://x.example.com/"]}, "template"),
        ({"templateUri": "https://x.example.com/", "displayName": "{{ .podNam }}"}, "displayName"),
    ],
)
def test_it_names_fields_in_the_senders_spelling(
    api: Api, document: dict[str, Any], field: str
) -> None:
    assert list(errors(api.put("/api/v1/definitions/board", document))) == [f"body.{field}"]
    preview = {"definition": document, "document": {"project": "p", "domain": "d", "run": "r"}}
    found = errors(api.post("/api/v1/definitions:preview", preview))
    assert list(found) == [f"body.definition.{field}"]
