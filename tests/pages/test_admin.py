"""The admin: what is wrong shows at its field; what is recorded cannot be edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from linkhub.accounts.models import ApiToken, Project
from linkhub.accounts.tokens import check_token
from linkhub.links.models import Backfill, LinkDefinition, Tool
from tests import factories as make

pytestmark = pytest.mark.django_db
DEFINITIONS = "/admin/links/linkdefinition/"
TOOLS = "/admin/links/tool/"
DEFINITION = {
    "key": "board",
    "name": "Board",
    "level": "action",
    "template": "https://b.example.com/{{ .runName }}",
    "params": "{}",
    "select": "{}",
    "when": "{}",
    "position": "0",
    "link_type": "external",
    "new_tab": "on",
    "enabled": "on",
    "show_while_pending": "on",
}
TOOL = {
    "name": "grafana",
    "kind": "grafana",
    "base_url": "https://grafana.example.com/",
    "settings": "{}",
    "overrides": "[]",
    "position": "0",
}


def add(admin: Client, path: str, form: dict[str, Any]) -> HttpResponse:
    return admin.post(f"{path}add/", form)


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_it_saves_a_definition_as_the_api_does(admin: Client) -> None:
    response = add(admin, DEFINITIONS, DEFINITION | {"time_to_live": "30d"})
    row = LinkDefinition.objects.get()

    assert response.status_code == 302
    assert (row.key, row.ttl.days if row.ttl else 0, row.change > 0) == ("board", 30, True)
    assert row.history.get().history_user.username == "root"
    assert Backfill.objects.filter(change=row.change).exists()


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"template": "https://b.example.com/{{ .runNam }}"}, "template", "runName"),
        ({"template": "https://{{ .runName"}, "template", ""),
        ({"template": "javascript:alert(1)"}, "template", "scheme"),
        ({"template": ""}, "template", "needs either provider or template"),
        ({"template": "", "provider": "grafana_pod_logs", "params": '{"x": 1}'}, "params", "x: "),
        ({"select": '{"workflw": "x"}'}, "select", "workflw: "),
        ({"when": '{"all": [{"variable": "x", "op": "is"}]}'}, "when", "all.0.op: "),
        ({"time_to_live": "30"}, "time_to_live", "must be a number and a unit"),
        ({"key": "a b"}, "key", ""),
        ({"params": "{"}, "params", ""),
    ],
)
def test_it_shows_what_is_wrong_at_its_field(
    admin: Client, change: dict[str, str], field: str, message: str
) -> None:
    found = errors(add(admin, DEFINITIONS, DEFINITION | change))

    assert list(found) == [field]
    assert message in found[field][0]
    assert not LinkDefinition.objects.exists()


AWKWARD = ['{"a": "\\ud800"}', '{"a": ' + "7" * 5000 + "}", "[" * 5000, '{"\\udc00": 1}', "NaN"]


@pytest.mark.parametrize("field", ["params", "select", "when"])
@pytest.mark.parametrize("text", AWKWARD, ids=range(5))
def test_it_refuses_json_that_nobody_can_read(admin: Client, field: str, text: str) -> None:
    found = errors(add(admin, DEFINITIONS, DEFINITION | {field: text}))

    assert list(found) == [field]
    assert not LinkDefinition.objects.exists()


@pytest.mark.parametrize("field", ["settings", "overrides"])
@pytest.mark.parametrize("text", AWKWARD, ids=range(5))
def test_a_tools_json_is_refused_alike(admin: Client, field: str, text: str) -> None:
    assert list(errors(add(admin, TOOLS, TOOL | {field: text}))) == [field]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"params": "[]"}, "params", "Input should be an object"),
        ({"select": '{"project": 5}'}, "select", "project: Input should be a valid string or"),
        ({"select": '{"labels": []}'}, "select", "labels: Input should be an object"),
        ({"when": '{"all": [5]}'}, "when", "all.0: Input should be an object"),
        ({"params": '{"a": [1]}'}, "params", "a: Input should be a valid string or"),
    ],
)
def test_its_messages_are_the_apis(
    admin: Client, change: dict[str, str], field: str, message: str
) -> None:
    found = errors(add(admin, DEFINITIONS, DEFINITION | change))

    assert list(found) == [field]
    assert found[field][0].startswith(message)
    assert len(found[field]) == 1


def test_a_key_that_is_taken_is_an_error_and_a_deleted_one_is_free(admin: Client) -> None:
    add(admin, DEFINITIONS, DEFINITION)
    assert list(errors(add(admin, DEFINITIONS, DEFINITION))) == ["key"]
    row = LinkDefinition.objects.get()
    admin.post(f"{DEFINITIONS}{row.pk}/delete/", {"post": "yes"})

    assert LinkDefinition.objects.get().deleted
    assert add(admin, DEFINITIONS, DEFINITION).status_code == 302
    assert not LinkDefinition.objects.get().deleted


def test_it_changes_a_definition_under_its_key(admin: Client) -> None:
    add(admin, DEFINITIONS, DEFINITION)
    row = LinkDefinition.objects.get()
    form = DEFINITION | {"name": "Dashboard", "key": "another"}
    response = admin.post(f"{DEFINITIONS}{row.pk}/change/", form)

    assert response.status_code == 302
    assert list(LinkDefinition.objects.values_list("key", "name")) == [("board", "Dashboard")]
    assert admin.get(f"{DEFINITIONS}{row.pk}/history/").status_code == 200


def test_it_saves_a_tool_without_its_trailing_slash(admin: Client) -> None:
    add(admin, TOOLS, TOOL)

    assert Tool.objects.get().base_url == "https://grafana.example.com"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_url": "ftp://x"}, "base_url"),
        ({"kind": "grafana", "settings": '{"explore": "wide"}'}, "settings"),
        ({"overrides": '[{"base_url": "https://x.example.com"}]'}, "overrides"),
        ({"name": ""}, "name"),
    ],
)
def test_it_shows_what_is_wrong_with_a_tool(
    admin: Client, change: dict[str, str], field: str
) -> None:
    assert list(errors(add(admin, TOOLS, TOOL | change))) == [field]


def test_a_tool_in_use_stays(admin: Client) -> None:
    tool = make.make_tool()
    make.make_definition(tool=tool, template="https://x.example.com/")
    admin.post(f"{TOOLS}{tool.pk}/delete/", {"post": "yes"})

    assert Tool.objects.exists()


def test_a_token_is_shown_once(admin: Client) -> None:
    form = {"name": "ci", "can_read": "on"}
    page = admin.post("/admin/accounts/apitoken/add/", form, follow=True).content.decode()
    secret = page.partition("<code>")[2].partition("</code>")[0]
    token = check_token(secret)

    assert token is not None
    assert (token.can_read, token.can_ingest) == (True, False)
    assert token.created_by is not None
    assert secret not in admin.get("/admin/accounts/apitoken/").content.decode()


def test_a_token_can_do_something(admin: Client) -> None:
    assert admin.post("/admin/accounts/apitoken/add/", {"name": "ci"}).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_from_the_list(admin: Client) -> None:
    token, secret = make.make_token()
    form = {"action": "revoke", "_selected_action": [token.pk]}
    admin.post("/admin/accounts/apitoken/", form)

    assert check_token(secret) is None


def test_a_project_with_runs_stays(admin: Client) -> None:
    run = make.make_run()
    path = f"/admin/accounts/project/{run.project_id}/delete/"

    assert admin.post(path, {"post": "yes"}).status_code == 403
    run.delete()
    admin.post(path, {"post": "yes"})
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "accounts/user",
        "accounts/project",
        "accounts/apitoken",
        "links/tool",
        "links/linkdefinition",
        "links/backfill",
        "runs/pending",
    ],
)
def test_every_list_opens_for_admins_only(admin: Client, client: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}/").status_code == 200
    assert client.get(f"/admin/{path}/").status_code == 302


@pytest.mark.parametrize("path", ["links/backfill", "runs/pending"])
def test_what_workers_keep_cannot_be_edited(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}/add/").status_code == 403


@pytest.mark.parametrize("path", ["links/tool", "links/linkdefinition", "accounts/project"])
def test_every_form_opens(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}/add/").status_code == 200
