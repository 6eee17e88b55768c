"""The audit log as a page, CSV and JSON, for those whose it is."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import AuditEntry, Membership, Project, User
from tests import factories as make
from tests.queries import queries_of


def make_entry(**fields: Any) -> AuditEntry:
    values = {"actor": "import", "action": "changed", "kind": "definition", "name": "board"}
    return record_change(**(values | fields))


def body(client: Client, path: str = "/audit/") -> str:
    response = client.get(path)
    content = response.getvalue() if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode()


def test_it_shows_who_changed_what_from_what_to_what(admin: Client) -> None:
    make_entry(before={"name": "Old", "same": 1}, after={"name": "New", "same": 1}, reason="why")
    shown = body(admin)

    assert "<del>Old</del> <ins>New</ins>" in shown
    assert "<dt>same</dt>" not in shown
    assert "why" in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("actor=ana", ["a"]),
        ("action=deleted", ["b"]),
        ("kind=tool", ["c"]),
        ("name=a", ["a"]),
        ("project=flytesnacks", ["b"]),
        ("since=2999-01-01", []),
        ("until=2999-01-01", ["c", "b", "a"]),
        ("since=never", []),
        ("name=%00", []),
    ],
)
def test_it_is_filtered(admin: Client, query: str, expected: list[str]) -> None:
    make_entry(name="a", actor=make.make_user())
    make_entry(name="b", action="deleted", project=make.make_project())
    make_entry(name="c", kind="tool")
    found = json.loads(body(admin, f"/audit/?format=json&{query}"))

    assert [entry["name"] for entry in found] == expected


def test_it_is_exported_as_csv_that_no_spreadsheet_computes(admin: Client) -> None:
    make_entry(name="=cmd|' /C calc'!A1", reason="@x", after={"name": "B"})
    (row,) = csv.DictReader(io.StringIO(body(admin, "/audit/?format=csv")))

    assert row["name"] == "'=cmd|' /C calc'!A1"
    assert row["reason"] == "'@x"
    assert json.loads(row["after"]) == {"name": "B"}


def test_it_goes_on_page_by_page(admin: Client) -> None:
    for number in range(60):
        make_entry(name=f"entry-{number:02}")
    first = admin.get("/audit/?kind=definition")
    older = first.context["page"].next

    assert "entry-59" in first.content.decode()
    assert "entry-09" in body(admin, f"/audit/{older}")
    assert "kind=definition" in older
    assert admin.get("/audit/?after=nonsense").status_code == 404


def test_it_costs_the_same_for_any_number(admin: Client) -> None:
    make_entry(project=make.make_project())
    few = queries_of(lambda: admin.get("/audit/"))
    for number in range(20):
        make_entry(project=make.make_project(f"p{number}"))

    assert queries_of(lambda: admin.get("/audit/")) == few


@pytest.fixture
def project(viewer: User) -> Project:
    project = make.make_private_project()
    make.make_member(project, viewer, Membership.Role.MAINTAINER)
    return project


def test_a_maintainer_sees_the_projects_own(client: Client, project: Project) -> None:
    make_entry(name="mine", project=project)
    make_entry(name="elsewhere", project=make.make_project("other"))
    make_entry(name="everywhere")

    for path in ("/projects/secret/audit/", "/projects/secret/audit/?project=other"):
        assert "elsewhere" not in body(client, path)
        assert "everywhere" not in body(client, path)
    assert "mine" in body(client, "/projects/secret/audit/")


def test_a_later_project_of_the_name_does_not_inherit_the_log(client: Client, viewer: User) -> None:
    gone = make.make_private_project()
    make_entry(name="before", project=gone)
    gone.delete()
    make.make_member(make.make_private_project(), viewer, Membership.Role.MAINTAINER)

    assert "before" not in body(client, "/projects/secret/audit/")
