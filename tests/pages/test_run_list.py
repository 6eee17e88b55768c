"""Filters, order, groups, columns and CSV of the lists of runs."""

from __future__ import annotations

import csv
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.test import Client
from django.utils.html import escape

from linkhub.links import run_listing, work
from linkhub.links.definitions import save_tool
from linkhub.links.documents import ToolDocument
from linkhub.links.filters import Filters
from linkhub.links.horizon import Horizon
from linkhub.pages import run_list
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make
from tests.pages.conftest import htmx
from tests.pages.test_lists import body
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PROJECT = "/projects/flytesnacks/links/"
WORKFLOW = "/projects/flytesnacks/workflows/train_pipeline/"


def make_runs() -> None:
    """Two workflows, with links of two tools and of none."""
    for tool in ("grafana", "wandb"):
        template = f"https://{tool}.example.com/{{{{.runName}}}}"
        make.make_definition(tool, level="run", tool=make.make_tool(tool), template=template)
    make.make_definition("wiki", level="run", template="https://wiki.example.com/{{.runName}}")
    hour = timedelta(hours=1)
    make.make_run("one", phase="failed", launched_by="ana", ended_at=make.ENDED + 9 * hour)
    make.make_run("two", workflow="other", created_at=make.CREATED + hour, labels={"team": "a"})
    make.make_run("three", phase="succeeded", created_at=make.CREATED + 2 * hour, domain="prod")
    Run.objects.filter(name="three").update(ended_at=make.ENDED)


def rows(page: str) -> list[str]:
    """The runs of the table from top to bottom."""
    found = [(page.find(f">{name}</a>"), name) for name in ("one", "two", "three")]
    return [name for at, name in sorted(found) if at >= 0]


def heads(page: str) -> list[str]:
    table = page.partition("<thead>")[2].partition("</thead>")[0]
    found = [(table.find(f">{name}<"), name) for name in ("grafana", "wandb", "Custom")]
    return [name for at, name in sorted(found) if at >= 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("phase=failed", ["one"]),
        ("phase=failed&phase=succeeded", ["three", "one"]),
        ("domain=prod", ["three"]),
        ("workflow=other", ["two"]),
        ("user=ana", ["one"]),
        ("label=team%3Da", ["two"]),
        ("q=THR", ["three"]),
        ("since=2026-01-05T12:00:00Z", ["three"]),
        ("until=2026-01-05T10:30:00Z", ["one"]),
        ("project=other", []),
        ("order=-ended", ["one", "three"]),
        ("", ["three", "two", "one"]),
    ],
)
def test_it_lists_what_the_filters_of_the_address_let_through(
    client: Client, query: str, found: list[str]
) -> None:
    make_runs()

    assert rows(body(client, f"/links/?{query}" if query else "/links/")) == found


def test_filters_of_links_look_at_stored_links(client: Client) -> None:
    make_runs()
    make.make_link(Run.objects.get(name="two"), state="failed", url="", key="board")

    assert rows(body(client, "/links/?state=failed&key=board&tool=custom")) == ["two"]


def test_filters_of_links_say_how_much_is_still_to_come(client: Client) -> None:
    make_runs()
    make.make_pending(make.unit_of(Run.objects.get(name="two")))

    assert "still to be resolved anew: 1." in body(client, "/links/?key=board")
    assert "to be resolved" not in body(client, "/links/?q=board")


@pytest.mark.parametrize("name", sorted(Filters.model_fields))
def test_every_filter_is_a_chip_that_removes_itself(client: Client, name: str) -> None:
    value = {"phase": "failed", "state": "ready", "label": "k=v", "since": "2026-01-05"}.get(
        name, "2026-01-06" if name == "until" else "x"
    )
    page = body(client, "/links/", data={name: value, "group": "workflow"})  # type: ignore[arg-type]

    assert f'<span class="of">{name}</span> <span class="value">{value}</span>' in page
    assert 'class="filter-chip" href="/links/?group=workflow"' in page


@pytest.mark.parametrize("path", [PROJECT, WORKFLOW])
def test_a_pages_own_filters_are_not_the_addresss_to_say(client: Client, path: str) -> None:
    make_runs()
    page = body(client, f"{path}?project=other")

    assert "one" in rows(page)
    assert "filter-chip" not in page


def test_a_workflows_page_lists_its_runs_alone(client: Client) -> None:
    make_runs()

    assert rows(body(client, WORKFLOW)) == ["three", "one"]
    assert rows(body(client, f"{WORKFLOW}?workflow=other&domain=prod")) == ["three"]


@pytest.mark.parametrize(
    "query", ["phase=nonsense", "since=yesterday", "label=x", "order=name", "state=%00"]
)
def test_what_makes_no_sense_is_named_and_nothing_is_listed(client: Client, query: str) -> None:
    make_runs()
    page = body(client, f"/links/?{query}")

    assert f"<li>{query.partition('=')[0]}: " in page
    assert rows(page) == []


def test_empty_fields_of_a_form_are_dropped_from_the_address(client: Client) -> None:
    response = client.get("/links/?q=&phase=failed&domain=&user=+ana&phase=failed")

    assert (response.status_code, response["Location"]) == (302, "/links/?phase=failed&user=+ana")


def test_a_menu_adds_to_what_holds_and_begins_at_the_top(client: Client) -> None:
    page = body(client, "/links/?phase=failed&show=100")

    assert escape("/links/?phase=failed&phase=running") in page
    assert 'href="/links/" aria-current="true">failed<' in page


def test_it_groups_by_workflow_with_the_latest_run_on_top(client: Client) -> None:
    make_runs()
    page = body(client, "/links/?group=workflow")
    groups = page.split('<tr class="group"')[1:]

    assert [rows(group) for group in groups] == [["three"], ["two"], ["one"]]
    assert "prod" in groups[0].partition("</tr>")[0]


def test_columns_are_chosen_and_ordered_in_the_address(client: Client) -> None:
    make_runs()

    assert heads(body(client, "/links/")) == ["grafana", "wandb", "Custom"]
    assert heads(body(client, "/links/?column=wandb&column=grafana")) == ["wandb", "grafana"]
    assert heads(body(client, "/links/?column=custom&column=absent")) == ["Custom"]


def test_the_menu_of_columns_leads_to_every_other_choice(client: Client) -> None:
    make_runs()
    page = body(client, "/links/?column=wandb&column=custom")

    for columns in ("column=custom", "column=custom&column=wandb"):
        assert f'href="{escape("/links/?" + columns)}"' in page
    assert escape("/links/?column=wandb&column=custom&column=grafana") in page
    assert 'href="/links/">Columns as' in page


def table(response_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(response_text)))


def test_csv_has_the_columns_that_are_shown(client: Client) -> None:
    make_runs()
    make.make_definition("late", level="run", template="https://x.example.com/{{.context.id}}")
    response = client.get("/links/?column=wandb&column=custom&format=csv&phase=failed")
    [row] = table(response.getvalue().decode())

    assert [*row][-2:] == ["wandb", "Custom"]
    assert row["run"] == "one"
    assert row["wandb"] == "https://wandb.example.com/one"
    assert row["Custom"] == "https://wiki.example.com/one"
    assert response["Content-Disposition"] == 'attachment; filename="links.csv"'


def test_csv_says_why_there_is_no_address(client: Client) -> None:
    make.make_definition("late", level="run", template="https://x.example.com/{{.context.id}}")
    make.make_run()
    [row] = table(client.get("/links/?format=csv").getvalue().decode())

    assert row["Custom"] == "waiting: Waiting for context.id."


def test_csv_has_all_runs_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkhub.pages.run_csv.PAGE", 1)
    make_runs()
    found = table(client.get(f"{PROJECT}?format=csv").getvalue().decode())

    assert [row["run"] for row in found] == ["three", "two", "one"]


def test_csv_is_no_way_to_what_may_not_be_seen(client: Client, nobody: Client) -> None:
    make.make_run(project=make.make_private_project(), name="hidden")

    assert "hidden" not in client.get("/links/?format=csv").getvalue().decode()
    assert client.get("/projects/secret/links/?format=csv").status_code == 404
    assert nobody.get("/links/?format=csv").status_code == 302


def test_a_cell_of_csv_is_never_a_formula(client: Client) -> None:
    make.make_run("=1+1")
    [row] = table(client.get("/links/?format=csv").getvalue().decode())

    assert row["run"] == "'=1+1"


@pytest.mark.parametrize("path", ["/links/", PROJECT, WORKFLOW])
def test_it_gives_filters_and_table_where_htmx_asks_for_them(client: Client, path: str) -> None:
    make_runs()
    part = body(client, path, headers=htmx("div#run-list")).strip()

    assert part.startswith('<div id="run-list">')
    assert 'id="run-table"' in part
    assert "<html" not in part
    assert "<html" in body(client, path, headers=htmx("div#run-list", "full"))


@pytest.mark.parametrize("query", ["group=workflow", "q=r", "state=ready&task=train_model"])
def test_its_queries_do_not_grow(client: Client, query: str) -> None:
    make_runs()
    make.make_action(Run.objects.get(name="one"))
    few = queries_of(lambda: body(client, f"/links/?{query}"))
    for index in range(8):
        project = make.make_project(f"project-{index}")
        make.make_action(make.make_run(f"r{index}", project=project, workflow=f"w-{index}"))

    assert queries_of(lambda: body(client, f"/links/?{query}")) == few


ODD = [
    "<script>alert(1)</script>",
    "x" * 250,
    "مرحبا",
    "e\u0301" * 40,
    "👩‍🔬" * 20,
    "\u202eabc",
    "\u200b",
]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_keep_the_page_whole(client: Client, name: str) -> None:
    run = make.make_run(name, workflow=name, domain=name, launched_by=name)
    make.make_link(run, name=name, key="odd")
    page = body(client, "/links/", data={"q": name, "group": "workflow", "column": name})  # type: ignore[arg-type]

    assert "<script>alert" not in page
    assert page.count("</tbody>") == 1
    assert client.get("/links/", {"workflow": name, "format": "csv"}).status_code == 200


def test_a_run_with_400_links_is_one_row(client: Client) -> None:
    run = make.make_run()
    for number in range(400):
        body_of = {"name": f"Link {number}", "url": "https://x.example.com/"}
        make.make_attached(run, key=f"link-{number}", body=body_of)
    page = body(client, "/links/")

    assert "+399</summary>" in page
    assert page.count('class="chip') == 21
    assert "All links of this run" in page


def test_a_list_that_has_looked_far_says_so_and_leads_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_runs()
    monkeypatch.setattr(run_listing, "OF_RUNS", Horizon((1,), frozenset()))
    page = body(client, "/links/?q=one")
    assert "No run is like that so far" in page
    assert "Looked at runs back to 2026-01-05 11:00 UTC" in page
    older = page.partition(">Look further back<")[0].rpartition('href="')[2].partition('"')[0]
    assert rows(body(client, unescape(older))) == ["one"]


def test_it_shows_a_tool_by_its_new_title_at_once(client: Client) -> None:
    make_runs()
    mark(make.unit_of(run) for run in Run.objects.all())
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert heads(body(client, "/links/")) == ["grafana", "wandb", "Custom"]
    save_tool(name="wandb", document=ToolDocument(kind="wandb", title="Weights"))
    page = body(client, "/links/")
    assert "<span>Weights</span></span></th>" in page
    assert "(opens Weights in a new tab)" in page


def test_it_keeps_the_filters_of_short_addresses_alone(client: Client) -> None:
    make_runs()
    run_list._kept_bar.cache_clear()
    for words in ("one", "o" * 250):
        for _ in range(2):
            body(client, f"/links/?q={words}&key={words}")
    kept = run_list._kept_bar.cache_info()
    assert (kept.hits, kept.currsize) == (1, 1)


def test_csv_has_the_columns_of_what_it_finds_however_far_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_runs()
    monkeypatch.setattr(run_listing, "OF_RUNS", Horizon((1,), frozenset()))
    [row] = table(client.get("/links/?q=one&format=csv").getvalue().decode())
    assert (row["run"], "grafana" in row) == ("one", True)
