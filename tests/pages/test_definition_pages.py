"""Maintainers write their project's definitions; nobody else sees anything of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.models import Membership, Project, User
from linkhub.links.models import LinkDefinition
from tests import factories as make

LIST = "/projects/secret/definitions/"
NEW = "/projects/secret/new-definition/"
DEFINITION = {
    "key": "board",
    "name": "Board",
    "level": "action",
    "template": "https://b.example.com/{{ .runName }}",
    "position": "0",
    "link_type": "external",
    "new_tab": "on",
    "enabled": "on",
    "show_while_pending": "on",
}


@pytest.fixture
def project(db: None) -> Project:
    return make.make_private_project()


@pytest.fixture
def maintainer(project: Project, viewer: User, client: Client) -> Client:
    make.make_member(project, viewer, Membership.Role.MAINTAINER)
    return client


def test_a_maintainer_writes_a_definition(maintainer: Client, viewer: User) -> None:
    response = maintainer.post(NEW, DEFINITION | {"reason": "asked for"})
    row = LinkDefinition.objects.get()

    assert (response.status_code, response["Location"]) == (302, LIST)
    assert (row.key, row.project.name if row.project else None) == ("board", "secret")
    assert row.history.get().history_user == viewer
    assert row.history.get().history_change_reason == "asked for"
    assert "Board" in maintainer.get(LIST).content.decode()


def test_a_maintainer_changes_and_deletes_it(maintainer: Client, project: Project) -> None:
    make.make_definition("board", project=project)
    path = f"{LIST}board/"
    maintainer.post(path, DEFINITION | {"name": "Dashboard", "key": "other"})
    assert list(LinkDefinition.objects.values_list("key", "name")) == [("board", "Dashboard")]

    response = maintainer.post(f"{path}delete", follow=True)
    assert LinkDefinition.objects.get().deleted
    assert "Restore it" in response.content.decode()
    assert maintainer.get(path).status_code == 404


def test_it_says_what_is_wrong_and_keeps_what_was_typed(maintainer: Client) -> None:
    wrong = DEFINITION | {"template": "https://b.example.com/{{ .runNam }}"}
    page = maintainer.post(NEW, wrong).content.decode()

    assert "did you mean `runName`?" in page
    assert "{{ .runNam }}" in page
    assert not LinkDefinition.objects.exists()


def test_another_owners_project_cannot_be_named(maintainer: Client) -> None:
    other = make.make_project("other")
    maintainer.post(NEW, DEFINITION | {"project": str(other.pk)})

    assert LinkDefinition.objects.get().project.name == "secret"  # type: ignore[union-attr]


def test_a_maintainer_adds_no_tool(maintainer: Client) -> None:
    tool = json.dumps({"name": "x", "kind": "grafana", "base_url": "https://x.example.com"})
    page = maintainer.post(NEW, DEFINITION | {"new_tool": tool}).content.decode()

    assert "Only an admin can add a tool." in page
    assert not LinkDefinition.objects.exists()


@pytest.mark.parametrize("path", [LIST, NEW, f"{LIST}board/"])
def test_it_is_not_there_for_viewers_and_outsiders(
    client: Client, viewer: User, project: Project, path: str
) -> None:
    make.make_definition("board", project=project)
    assert client.get(path).status_code == 404
    make.make_member(project, viewer)
    assert client.get(path).status_code == 404
    assert client.post(path, DEFINITION).status_code == (405 if path == LIST else 404)


@pytest.mark.parametrize("part", ["preview", "impact", "making", "proposals", "delete"])
def test_no_part_is_there_for_a_viewer(
    client: Client, viewer: User, project: Project, part: str
) -> None:
    make.make_definition("board", project=project)
    make.make_member(project, viewer)

    assert client.post(f"{LIST}board/{part}", DEFINITION).status_code == 404
    assert client.post(f"{NEW}{part}", DEFINITION).status_code in {404, 405}


def test_a_maintainer_of_one_project_edits_no_other(maintainer: Client) -> None:
    make.make_definition("wiki")
    make.make_definition("plan", project=make.make_project("other"))

    assert maintainer.get(f"{LIST}wiki/").status_code == 404
    assert maintainer.get("/projects/other/definitions/plan/").status_code == 404
    assert maintainer.get("/projects/other/new-definition/").status_code == 404


# Parts -----------------------------------------------------------------------------------


def part(client: Client, which: str, /, **form: Any) -> str:
    response = client.post(f"{NEW}{which}", DEFINITION | form)
    assert response.status_code == 200
    return response.content.decode()


def test_a_preview_shows_the_projects_runs_alone(maintainer: Client, project: Project) -> None:
    make.make_action(make.make_run("theirs"))
    make.make_action(make.make_run("ours", project=project))
    shown = part(maintainer, "preview")
    chosen = part(maintainer, "preview", preview_run="flytesnacks/development/theirs")

    assert ">ours</mark>" in shown
    assert "theirs" not in shown + chosen


def test_a_preview_is_on_the_run_that_is_named(maintainer: Client, project: Project) -> None:
    for name in ("r1", "r2"):
        make.make_action(make.make_run(name, project=project))
    page = "http://testserver/projects/secret/development/runs/r1/"

    assert ">r1</mark>" in part(maintainer, "preview", preview_on=page)
    assert ">r1</mark>" in part(maintainer, "preview", preview_on="secret/development/r1")


def test_a_preview_names_the_mistake_and_its_place(maintainer: Client) -> None:
    shown = part(maintainer, "preview", template="https://b.example.com/{{ .runNam }}")

    assert "unknown variable `runNam`" in shown
    assert 'data-fix="runName"' in shown
    assert 'data-column="27"' in shown


def test_a_preview_says_in_words_and_marks_what_comes_from_the_run(
    maintainer: Client, project: Project
) -> None:
    make.make_action(make.make_run(project=project))
    shown = part(maintainer, "preview", **{"select-workflow": "train_*", "time_to_live": "30d"})

    words = "in the project <code>secret</code> of the workflow <code>train_*</code>"
    assert f"Shown for every action {words}" in shown
    assert '<mark title="runName">r7</mark>' in shown
    assert "run r7" in shown


def test_the_impact_counts_the_projects_runs_alone(maintainer: Client, project: Project) -> None:
    make.make_action(make.make_run())
    make.make_action(make.make_run("ours", project=project))
    shown = part(maintainer, "impact")

    assert "Looked at everything: 1." in shown
    assert "<strong>1</strong> becomes ready" in shown


def test_a_provider_brings_its_parameters_level_and_name(maintainer: Client) -> None:
    shown = part(maintainer, "making", provider="grafana_pod_logs", key="", name="")

    assert 'name="params-pod_label"' in shown
    assert '<option value="pod" selected>' in shown
    assert 'value="grafana-pod-logs"' in shown


def test_a_tool_that_came_with_another_provider_is_dropped(maintainer: Client) -> None:
    shown = part(maintainer, "making", provider="wandb_run", new_tool='{"kind": "grafana"}')

    assert "grafana" not in shown


def test_a_pasted_url_becomes_a_draft(maintainer: Client, project: Project) -> None:
    make.make_action(make.make_run("f3a1b2c3", project=project))
    shown = part(maintainer, "proposals", url="https://b.example.com/x/f3a1b2c3")
    address = shown.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    page = maintainer.get(address).content.decode()

    assert "https://b.example.com/x/{{ .runName }}" in page


@pytest.mark.parametrize("draft", ["", "{", "[]", '{"definition": 3}', '{"definition": {"a": 1}}'])
def test_a_draft_that_is_none_opens_an_empty_editor(maintainer: Client, draft: str) -> None:
    assert maintainer.get(NEW, {"draft": draft}).status_code == 200


def test_a_key_of_a_deleted_one_is_still_that_of_a_new_one(maintainer: Client) -> None:
    maintainer.post(NEW, DEFINITION)
    maintainer.post(f"{LIST}board/delete")
    wrong = maintainer.post(NEW, DEFINITION | {"template": "https://b.example.com/{{ .runName"})
    body = wrong.content.decode()

    assert f'hx-post="{NEW}preview"' in body
    assert f"{LIST}board/" not in body
    assert maintainer.post(NEW, DEFINITION)["Location"] == LIST
    assert not LinkDefinition.objects.get().deleted


@pytest.mark.parametrize(
    "definition",
    [
        {"select": 5},
        {"select": [1]},
        {"when": "x"},
        {"when": {"all": 5}},
        {"when": {"all": [5]}},
        {"params": [1]},
        {"provider": 5},
        {"provider": "wandb_run", "params": 7},
        {"tool": {"a": "\0"}},
    ],
)
def test_a_draft_that_is_none_opens_without_what_is_wrong(
    maintainer: Client, definition: dict[str, Any]
) -> None:
    draft = json.dumps({"definition": {"name": "Kept"} | definition})
    response = maintainer.get(NEW, {"draft": draft})

    assert response.status_code == 200
    assert 'value="Kept"' in response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"preview_on": "secret/development/\0"},
        {"preview_on": "http://[x"},
        {"when-0-variable": "a", "when-0-op": "zz"},
    ],
)
def test_whatever_is_typed_the_preview_answers(maintainer: Client, typed: dict[str, str]) -> None:
    assert maintainer.post(f"{NEW}preview", DEFINITION | typed).status_code == 200
    assert maintainer.post(f"{NEW}impact", DEFINITION | typed).status_code == 200
