"""The admin: what is wrong shows at its field; what is recorded cannot be edited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

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


def rule(variable: str, op: str, value: str, *, group: str = "all", row: int = 0) -> dict[str, str]:
    """One rule as the form sends it."""
    names = {"group": group, "variable": variable, "op": op, "value": value}
    return {f"when-{row}-{name}": each for name, each in names.items()}


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
        ({"select-phase": "runing"}, "select", "`runing` is no phase"),
        (rule("phase", "is", "x"), "when", "all.0.op: "),
        (rule("", "equals", "x"), "when", "all.0.variable: "),
        (rule("phase", "regex", "(", group="any"), "when", "any.0: "),
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


@pytest.mark.parametrize("text", AWKWARD, ids=range(5))
def test_it_refuses_json_that_nobody_can_read(admin: Client, text: str) -> None:
    found = errors(add(admin, DEFINITIONS, DEFINITION | {"params": text}))

    assert list(found) == ["params"]
    assert not LinkDefinition.objects.exists()


@pytest.mark.parametrize("field", ["settings", "overrides"])
@pytest.mark.parametrize("text", AWKWARD, ids=range(5))
def test_a_tools_json_is_refused_alike(admin: Client, field: str, text: str) -> None:
    assert list(errors(add(admin, TOOLS, TOOL | {field: text}))) == [field]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"params": "[]"}, "params", "Input should be an object"),
        ({"select-labels": "=x"}, "select", "labels"),
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
    assert client.get(f"/admin/{path}/").status_code == 403


@pytest.mark.parametrize("path", ["links/backfill", "runs/pending"])
def test_what_workers_keep_cannot_be_edited(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}/add/").status_code == 403


@pytest.mark.parametrize("path", ["links/tool", "links/linkdefinition", "accounts/project"])
def test_every_form_opens(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}/add/").status_code == 200


# Rules -----------------------------------------------------------------------------------


def saved_rules(admin: Client, *rows: dict[str, str]) -> Any:
    form = dict(DEFINITION)
    for row in rows:
        form |= row
    assert add(admin, DEFINITIONS, form).status_code == 302
    return LinkDefinition.objects.get().when


def test_it_saves_rules_from_rows(admin: Client) -> None:
    when = saved_rules(
        admin,
        rule("context.wandb_id", "exists", ""),
        rule("", "equals", "", row=1),
        rule("phase", "in", "failed, timed_out", group="any", row=2),
        rule("labels.team", "in", '["a,b", 3]', group="any", row=5),
    )
    assert when == {
        "all": [{"variable": "context.wandb_id", "op": "exists"}],
        "any": [
            {"variable": "phase", "op": "in", "value": ["failed", "timed_out"]},
            {"variable": "labels.team", "op": "in", "value": ["a,b", 3]},
        ],
    }


def test_it_shows_rules_as_rows_and_empty_ones_below(admin: Client) -> None:
    saved_rules(admin, rule("phase", "equals", "failed", group="any"))
    row = LinkDefinition.objects.get()
    page = admin.get(f"{DEFINITIONS}{row.pk}/change/").content.decode()

    assert 'name="when-0-variable" value="phase"' in page
    assert '<option value="any" selected>any</option>' in page
    assert 'name="when-3-variable" value=""' in page
    assert '<option value="podName">' in page


def test_saving_what_was_left_alone_changes_no_rule(admin: Client) -> None:
    saved_rules(admin)
    when = {"all": [{"variable": "attempt", "op": "gt", "value": 3}]}
    LinkDefinition.objects.update(when=when)
    row = LinkDefinition.objects.get()
    form = DEFINITION | rule("attempt", "gt", "3")
    admin.post(f"{DEFINITIONS}{row.pk}/change/", form)

    assert LinkDefinition.objects.get().when == when
    assert LinkDefinition.objects.get().change == row.change


# Explain and backfills -------------------------------------------------------------------


@pytest.mark.parametrize(
    "on",
    [
        "flytesnacks/development/r7/a0",
        "flytesnacks/development/r7",
        "/projects/flytesnacks/development/runs/r7/actions/a0/",
        "https://links.example.com/projects/flytesnacks/development/runs/r7/?x=1",
    ],
)
def test_it_explains_a_definition_on_a_run(admin: Client, on: str) -> None:
    definition = make.make_definition(select={"task": "other"})
    make.make_action(make.make_run())
    page = admin.get(f"{DEFINITIONS}{definition.pk}/explain/", {"on": on}).content.decode()

    assert "r7 / a0" in page
    assert "Not selected: task is `train_model`, not `other`." in page


def test_it_says_what_there_is_nothing_to_explain_on(admin: Client, client: Client) -> None:
    definition = make.make_definition()
    path = f"{DEFINITIONS}{definition.pk}/explain/"

    assert "There is no such project" in admin.get(path, {"on": "x/y"}).content.decode()
    assert admin.get(path).status_code == 200
    assert client.get(path).status_code == 403


def test_it_shows_how_far_a_backfill_is_and_stops_it(admin: Client) -> None:
    started = timezone.now() - timedelta(seconds=100)
    row = Backfill.objects.create(change=1, reason="edited", marked=500, total=2000)
    Backfill.objects.filter(pk=row.pk).update(created_at=started)
    page = admin.get("/admin/links/backfill/").content.decode()
    assert "500 of 2,000 (25 %)" in page
    assert ">5.0<" in page
    assert "in 4\xa0minutes" in page or "in 5\xa0minutes" in page

    admin.post("/admin/links/backfill/", {"action": "cancel", "_selected_action": [row.pk]})
    assert Backfill.objects.get().status == Backfill.Status.CANCELLED
