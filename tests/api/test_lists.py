"""Lists: pages, CSV, filters, and what is refused; what others' tokens see of them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from linkhub.api import lists
from linkhub.lib.csv_text import cell
from linkhub.lib.keyset import encode_cursor
from tests.api.conftest import ACTION, RUN, Api, MakeApi, errors
from tests.factories import (
    CREATED,
    make_action,
    make_attempt,
    make_definition,
    make_link,
    make_pod,
    make_private_project,
    make_project,
    make_run,
    make_tool,
)
from tests.queries import queries_of

V1 = "/api/v1"
FILTERED = [f"{V1}/runs", f"{V1}/links"]
PAGED = [*FILTERED, f"{V1}/projects", f"{V1}/definitions", f"{V1}/backfills", f"{RUN}/actions"]
WHOLE = [f"{RUN}/links", f"{ACTION}/links", f"{RUN}/explain", f"{ACTION}/explain"]
FIND = f"{V1}/find?q=r7"


def rows(response: Any) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def three(db: None) -> None:
    for number in range(3):
        created = CREATED + timedelta(minutes=number)
        run = make_run(f"r{number}", created_at=created, launched_by="=cmd()")
        make_link(run, project=run.project, key=f"k{number}")


def names(response: HttpResponse) -> list[str]:
    assert response.status_code == 200, response.content
    return [item.get("run") for item in response.json()["items"]]


@pytest.mark.parametrize("path", FILTERED)
def test_it_goes_from_page_to_page(api: Api, three: None, path: str) -> None:
    found, cursor = [], ""
    while cursor is not None:
        page = api.get(path, limit=1, cursor=cursor).json()
        found += page["items"]
        cursor = page["next"]
    assert [item["run"] for item in found] == ["r2", "r1", "r0"]


@pytest.mark.parametrize("path", FILTERED)
def test_it_narrows_by_filters(api: Api, three: None, path: str) -> None:
    make_run("r9", workflow="etl")
    asked = {"workflow": ["train_pipeline", "etl"], "q": ["r1", "r2"], "key": ["k1", "k9"]}
    assert names(api.get(path, **asked)) == ["r1"]
    assert names(api.get(path, since="2026-01-05T10:01:00Z", until="2026-01-05T10:02:00Z")) == [
        "r1"
    ]


def test_it_shows_a_run_without_its_actions(api: Api, three: None) -> None:
    shown = api.get(f"{V1}/runs", limit=1).json()["items"][0]
    whole = api.get(f"{V1}/projects/flytesnacks/domains/development/runs/r2").json()
    assert shown == {name: value for name, value in whole.items() if name in shown}
    assert "actions" not in shown
    assert shown["workflow"] == "train_pipeline"


def test_it_says_how_much_is_still_to_come(api: Api, three: None) -> None:
    api.put(RUN, {"actions": [{"name": "a0"}]})
    assert api.get(f"{V1}/links").json()["to_come"] == 2
    assert api.get(f"{V1}/runs", state="ready").json()["to_come"] == 2
    assert api.get(f"{V1}/runs").json()["to_come"] == 0


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phase", "resting"),
        ("state", "fine"),
        ("label", "team"),
        ("since", "yesterday"),
        ("project", ""),
        ("q", "a\x00"),
        ("key", "a b"),
    ],
)
def test_it_names_the_filter_at_fault(api: Api, path: str, name: str, value: str) -> None:
    assert list(errors(api.get(path, **{name: value}))) == [f"query.{name}.0"]


@pytest.mark.parametrize("path", FILTERED)
def test_it_refuses_another_order(api: Api, path: str) -> None:
    assert list(errors(api.get(path, order="name"))) == ["query.order"]


@pytest.mark.parametrize("path", [*PAGED, *WHOLE])
def test_it_refuses_what_is_no_parameter(api: Api, path: str) -> None:
    make_action(make_run(), "x1")
    assert list(errors(api.get(path, workflw="x"))) == ["query.workflw"]
    assert api.get(path, limit=5, cursor="", format="json").status_code == 200


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("asked", [{"limit": "0"}, {"limit": "1001"}, {"cursor": "nonsense"}])
def test_it_names_a_bad_limit_or_cursor(api: Api, path: str, asked: dict[str, str]) -> None:
    make_run()
    [name] = asked
    assert list(errors(api.get(path, **asked))) == [f"query.{name}"]


@pytest.mark.parametrize("path", [*PAGED, *WHOLE, FIND])
def test_it_gives_every_list_as_csv(api: Api, path: str) -> None:
    make_pod(make_attempt(make_action(make_run(), "x1")))
    make_definition(level="action")
    make_definition("of-run", level="run")
    shown = api.get(path).json()["items"]
    found = rows(api.get(path + ("&" if "?" in path else "?") + "format=csv"))
    assert len(found) == len(shown)
    assert all(list(row) == list(item) for row, item in zip(found, shown, strict=True))


def test_it_gives_csv_to_who_accepts_it(api: Api, three: None) -> None:
    client = api._client
    accepts = {"Accept": "text/csv, */*;q=0.1"}
    assert len(rows(client.get(f"{V1}/runs", headers=accepts))) == 3
    browser = client.get(f"{V1}/runs", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser["Content-Type"] == "application/json"
    assert "Accept" in browser["Vary"]


def test_it_gives_all_of_a_list_as_csv(
    api: Api, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_LIMIT", 2)
    found = rows(api.get(f"{V1}/runs", format="csv"))
    assert [row["run"] for row in found] == ["r2", "r1", "r0"]


def test_it_gives_one_page_as_csv_where_a_limit_is_given(api: Api, three: None) -> None:
    first = api.get(f"{V1}/runs", format="csv", limit=2)
    assert [row["run"] for row in rows(first)] == ["r2", "r1"]
    address = first["Link"].partition(">")[0].removeprefix("<")
    assert [row["run"] for row in rows(api.get(address))] == ["r0"]


def test_it_keeps_formulas_out_of_csv(api: Api, three: None) -> None:
    assert rows(api.get(f"{V1}/runs", format="csv"))[0]["launched_by"] == "'=cmd()"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (-1, "-1"),
        (CREATED, "2026-01-05T10:00:00Z"),
        (["a", "b"], '["a","b"]'),
        ({"k": "v"}, '{"k":"v"}'),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
    ],
)
def test_it_writes_cells(value: Any, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize("path", [*FILTERED, f"{V1}/backfills", f"{FIND}"])
def test_it_shows_more_with_as_many_queries(api: Api, path: str) -> None:
    tool = make_tool()

    def grow(number: int) -> None:
        run = make_run("r7", domain=f"d{number}")
        make_link(run, make_action(run), project=run.project, tool=tool)

    grow(0)
    few = queries_of(lambda: api.get(path))
    for number in range(1, 11):
        grow(number)
    assert queries_of(lambda: api.get(path)) == few <= 20


MARKER = "topsecret"


@pytest.fixture
def secret(db: None) -> str:
    """A private project that has its marker in everything; the path of its run."""
    project = make_private_project(MARKER, title=MARKER)
    place = {"project": project, "domain": MARKER, "workflow": MARKER}
    run = make_run(MARKER, launched_by=MARKER, labels={MARKER: MARKER}, **place)
    action = make_action(run, MARKER, task=MARKER, context={MARKER: MARKER})
    make_pod(make_attempt(action), MARKER, uid=MARKER)
    make_definition(MARKER, project=project)
    url = f"https://{MARKER}.example.com/"
    make_link(run, action, project=project, key=MARKER, name=MARKER, url=url)
    make_link(None, project=project, key=MARKER, name=MARKER, url=url)
    return f"{V1}/projects/{MARKER}/domains/{MARKER}/runs/{MARKER}"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_no_list_shows_anything_of_a_private_project(
    api_that: MakeApi, secret: str, form: str
) -> None:
    outsider = api_that("read", "manage", project=make_project("mine"))
    asked = [
        *(f"{V1}/{name}" for name in ("runs", "links", "projects", "definitions", "backfills")),
        *(f"{V1}/{name}?{key}={MARKER}" for name in ("runs", "links") for key in ("project", "q")),
        *(f"{V1}/runs?label={MARKER}%3D{MARKER}", f"{V1}/links?key={MARKER}"),
        *(f"{V1}/find?q={MARKER}", f"{V1}/find?q=https://{MARKER}.example.com/"),
    ]
    for path in asked:
        response = outsider.get(path + ("&" if "?" in path else "?") + f"format={form}")
        assert response.status_code == 200, path
        content = b"".join(response) if response.streaming else response.content  # type: ignore[call-overload]
        assert MARKER.encode() not in content.replace(path.encode(), b""), path


@pytest.mark.parametrize(
    "rest",
    ["", "/actions", "/links", "/explain", f"/actions/{MARKER}", f"/actions/{MARKER}/explain"],
)
def test_no_page_of_a_private_run_is_there(api_that: MakeApi, secret: str, rest: str) -> None:
    outsider = api_that("read", project=make_project("mine"))
    hidden = outsider.get(secret + rest)
    absent = outsider.get(secret.replace(f"projects/{MARKER}", "projects/absent") + rest)
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("order", ["-created", "-ended"])
@pytest.mark.parametrize("project", [MARKER, "absent"])
def test_a_cursor_tells_no_hidden_project_from_an_absent_one(
    api_that: MakeApi, order: str, project: str
) -> None:
    mine = make_run("r7", project=make_project("mine"), domain="d", ended_at=CREATED)
    make_private_project(MARKER)
    outsider = api_that("read", project=mine.project)
    cursor = encode_cursor((order, CREATED, "r7", "d", project))
    assert names(outsider.get(f"{V1}/runs", order=order, cursor=cursor)) == []


@pytest.mark.parametrize("path", [*PAGED, *WHOLE, FIND])
def test_they_need_a_token_that_can_read(api_that: MakeApi, stranger: Api, path: str) -> None:
    make_action(make_run(), "x1")
    assert stranger.get(path).status_code == 401
    assert api_that("ingest").get(path).status_code == 403
    assert api_that("read").get(path).status_code == 200


def test_a_csv_pages_next_address_is_of_the_same_path(api: Api) -> None:
    run = make_run("what?#next")
    for number in range(3):
        make_action(run, f"b{number}")
    path = "/api/v1/projects/flytesnacks/domains/development/runs/what%3F%23next/actions"
    response = api.get(path, format="csv", limit=1)
    assert response["Link"].startswith(f"<{path}?")
