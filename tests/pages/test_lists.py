"""Home, projects, workflows and the all-workflow table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from linkhub.accounts.models import User
from linkhub.lib.keyset import encode_cursor
from linkhub.pages import addresses, asked
from linkhub.pages.models import Pin, Star
from linkhub.runs.models import Run
from tests import factories as make
from tests.pages.conftest import htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PROJECT = "/projects/flytesnacks/"
WORKFLOW = f"{PROJECT}workflows/train_pipeline/"
TABLES = ["/", "/links/", f"{PROJECT}links/", WORKFLOW]


def make_runs(number: int, **fields: object) -> list[Run]:
    """Each with a root action; the first is the oldest."""
    runs = []
    for index in range(number):
        created = make.CREATED + timedelta(minutes=index)
        runs.append(make.make_run(f"run-{index:03}", created_at=created, **fields))
        make.make_pod(make.make_attempt(make.make_action(runs[-1])))
    return runs


def body(client: Client, path: str, **options: dict[str, str]) -> str:
    response = client.get(path, **options)
    assert response.status_code == 200
    return response.content.decode()


def names(page: str) -> list[int]:
    return [index for index in range(400) if f">run-{index:03}</a>" in page]


@pytest.mark.parametrize("path", [*TABLES, PROJECT])
def test_it_shows_runs_with_their_links(client: Client, path: str) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_runs(2)

    assert 'href="https://b.example.com/run-001"' in body(client, path)


@pytest.mark.parametrize("path", [*TABLES, PROJECT, "/projects/"])
def test_it_reads_well_when_empty(client: Client, path: str) -> None:
    make.make_workflow()

    assert body(client, path)


@pytest.mark.parametrize("path", [*TABLES, PROJECT])
def test_its_queries_do_not_grow(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_definition("logs", level="pod", template="https://l.example.com/{{.podName}}")
    make_runs(3)
    few = queries_of(lambda: body(client, path))
    for index in range(6):
        project = make.make_project(f"project-{index}")
        make.make_action(make.make_run(project=project, workflow=f"workflow-{index}"))
        make.make_action(make.make_run(f"more-{index}", workflow=f"workflow-{index}"))

    assert queries_of(lambda: body(client, path)) == few


def test_projects_are_listed_in_a_constant_number_of_queries(client: Client) -> None:
    make.make_project("a")
    few = queries_of(lambda: body(client, "/projects/"))
    for name in "bcdefg":
        make.make_project(name)

    assert queries_of(lambda: body(client, "/projects/")) == few


@pytest.mark.parametrize("path", TABLES)
def test_it_polls_only_while_a_run_goes_on(client: Client, path: str) -> None:
    make.make_run(phase="succeeded")
    assert 'hx-trigger="every' not in body(client, path)
    make.make_run("r8", phase="queued")
    assert 'hx-trigger="every 2s"' in body(client, path)


@pytest.mark.parametrize("path", TABLES)
def test_it_gives_the_table_alone_where_htmx_asks_for_it(client: Client, path: str) -> None:
    make.make_run()
    table = body(client, path, headers=htmx("div#run-table")).strip()

    assert table.startswith('<div id="run-table"')
    assert table.endswith("</div>")


def test_a_cell_has_one_link_to_click_and_a_menu_of_the_others(client: Client) -> None:
    tool = make.make_tool("grafana")
    url = "https://grafana.example.com/"
    make.make_definition("all", level="run", tool=tool, template=f"{url}all")
    make.make_definition("one", level="pod", tool=tool, template=url + "{{.podName}}")
    make_runs(1)
    page = body(client, "/links/")

    assert page.index(f"{url}all") < page.index('aria-label="1 more grafana links of run-000"')


def test_a_window_grows_by_load_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "STEP", 2)
    make_runs(5)
    first = body(client, "/links/")

    assert names(first) == [3, 4]
    assert 'href="/links/?show=4"' in first
    assert names(body(client, "/links/?show=4")) == [1, 2, 3, 4]
    assert "Load more" not in body(client, "/links/?show=6")


def test_a_list_goes_on_behind_a_cursor(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "STEP", 2)
    monkeypatch.setattr(asked, "MOST", 2)
    make_runs(5)
    seen, path = [], "/links/"
    while path:
        page = body(client, path)
        seen.append(names(page))
        link = page.partition(">Older<")[0].rpartition('href="')[2]
        path = link.partition('"')[0].replace("&amp;", "&") if ">Older<" in page else ""

    assert seen == [[3, 4], [1, 2], [0]]


def test_runs_of_the_same_moment_and_name_are_all_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "STEP", 1)
    monkeypatch.setattr(asked, "MOST", 1)
    for name in "abc":
        make.make_run(project=make.make_project(name))
    seen, path = set(), "/links/"
    for _ in range(3):
        page = body(client, path)
        seen |= {name for name in "abc" if f'href="/projects/{name}/development/' in page}
        path = "/links/" + page.partition('">Older<')[0].rpartition('href="/links/')[2]

    assert seen == set("abc")


AWKWARD = ["train?v2", "train#v2", "train/v2", "a%00b", "100%", "a b", "日本", "~x", ".."]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_table_asks_for_its_own_address(
    client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "STEP", 1)
    monkeypatch.setattr(asked, "MOST", 1)
    project = make.make_project(name)
    for run in ("r1", "r2"):
        make.make_run(run, project=project, workflow=name)
    for path in (addresses.of_workflow(name, name), reverse("project_links", args=[name])):
        page = body(client, path)
        older = page.partition('">Older<')[0].rpartition('href="')[2]
        behind = body(client, older)

        assert f'hx-get="{path}"' in page
        assert older.startswith(f"{path}?after=")
        assert f'href="{path}">Newest<' in behind


def test_a_cursor_tells_nothing_of_hidden_projects(client: Client) -> None:
    make.make_run()
    make.make_private_project("hidden")
    pages = []
    for project in ("hidden", "absent"):
        cursor = encode_cursor(("-created", make.CREATED, "r7", "development", project))
        page = body(client, f"/links/?after={cursor}", headers=htmx("div#run-table"))
        pages.append(page.replace(cursor, ""))

    assert pages[0] == pages[1]


@pytest.mark.parametrize("query", ["after=nonsense", "after=WyJ4Il0"])
def test_a_cursor_that_was_not_handed_out_leads_nowhere(client: Client, query: str) -> None:
    make_runs(1)

    assert client.get(f"/links/?{query}").status_code == 404
    assert client.get(f"/projects/?{query}x").status_code == 404


@pytest.mark.parametrize("show", ["0", "-1", "x", "²", "9" * 30])
def test_a_strange_height_is_no_error(client: Client, show: str) -> None:
    make_runs(1)

    assert names(body(client, f"/links/?show={show}")) == [0]


def test_a_project_shows_pins_of_its_own_and_of_the_team(client: Client, viewer: User) -> None:
    project = make.make_project()
    other = make.make_user("outsider")
    for title, user in (("Mine", viewer), ("Team's", None), ("Another's", other)):
        Pin.objects.create(project=project, user=user, title=title, address=f"/go/{title[0]}/x")
    page = body(client, PROJECT)

    assert "Mine" in page
    assert "Team&#x27;s" in page
    assert "Another" not in page


def test_a_project_shows_its_own_links(client: Client) -> None:
    make.make_project()
    make.make_definition("team", level="project", template="https://t.example.com/{{.project}}")

    assert 'href="https://t.example.com/flytesnacks"' in body(client, PROJECT)


def test_a_project_shows_each_workflow_by_its_latest_run(client: Client) -> None:
    make_runs(3)
    table = body(client, PROJECT).partition("Recent runs")[0]

    assert 'href="' + WORKFLOW in table
    assert names(table) == [2]


def test_home_shows_starred_projects_first(client: Client, viewer: User) -> None:
    make.make_project("plain")
    Star.objects.create(user=viewer, project=make.make_project("starred"))
    page = body(client, "/")

    assert ">Starred</h2>" in page
    assert "/projects/plain/" not in page


def test_home_does_not_show_a_star_of_what_became_private(client: Client, viewer: User) -> None:
    Star.objects.create(user=viewer, project=make.make_private_project())

    assert "secret" not in body(client, "/")


def test_a_workflow_that_is_not_there_is_404(client: Client) -> None:
    make.make_project()

    assert client.get(WORKFLOW).status_code == 404


def test_home_shows_starred_workflows(client: Client, viewer: User) -> None:
    workflow = make.make_workflow()
    Star.objects.create(user=viewer, project=workflow.project, workflow=workflow)

    assert f'href="{WORKFLOW}"' in body(client, "/")


def test_an_empty_instance_says_what_comes_next(client: Client) -> None:
    first = body(client, "/")
    make.make_project()

    assert "curl -X PUT http://testserver/api/v1/projects/" in first
    assert "curl" not in body(client, "/")


def test_it_tells_admins_where_to_begin(admin: Client) -> None:
    assert 'href="/admin/links/linkdefinition/add/"' in body(admin, "/")


def test_a_project_shows_more_workflows_step_by_step(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "STEP", 2)
    for number in range(3):
        make.make_run(f"r{number}", workflow=f"workflow-{number}")
    table = body(client, PROJECT).partition('id="recent"')[0]

    assert f'href="{PROJECT}?show=4"' in table
    assert table.count('class="strip-cell"') == 3
    assert body(client, f"{PROJECT}?show=4").count('class="strip-cell"') == 4
