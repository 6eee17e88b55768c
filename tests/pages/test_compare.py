"""Two runs side by side, and the runs before and after one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from linkhub.runs.models import Run
from tests import factories as make
from tests.pages.conftest import RUN
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
COMPARE = f"{RUN}compare/"


def body(client: Client, query: str = "", path: str = COMPARE) -> str:
    response = client.get(path + query)
    assert response.status_code == 200
    return response.content.decode()


def lines(page: str) -> dict[str, str]:
    """Label -> verdict."""
    row = r'<tr[^>]*><th scope="row">(.*?)</th>.*?class="verdict">(.*?)</td>'
    rows = re.findall(row, page, re.DOTALL)
    return {label: re.sub(r"<.*?>", "", verdict) for label, verdict in rows}


def make_run(name: str, minutes: int = 0, **fields: object) -> Run:
    return make.make_run(name, created_at=make.CREATED + timedelta(minutes=minutes), **fields)


def test_it_marks_what_differs(client: Client) -> None:
    make_run("r7", version="v1", context={"a": "1", "b": "2"})
    make_run("r8", version="v2", context={"a": "1"})
    found = lines(body(client, "?with=r8"))

    assert (found["Version"], found["Phase"]) == ("≠ differs", "same")
    assert (found["a"], found["b"]) == ("same", "≠ differs")


def test_it_pairs_actions_by_task_and_links_by_key(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    for run, phase in ((make_run("r7"), "failed"), (make_run("r8"), "succeeded")):
        make.make_action(run, f"{run.name}-x", task="load", phase="succeeded")
        make.make_action(run, f"{run.name}-y", task="train", phase=phase)
    page = body(client, "?with=r8")

    assert lines(page) | {"board": "same", "load": "same", "train": "≠ differs"} == lines(page)
    assert "https://b.example.com/r7" in page
    assert "https://b.example.com/r8" in page


def test_it_shows_only_differences_where_asked(client: Client) -> None:
    make_run("r7", version="v1")
    make_run("r8", version="v2")

    assert set(lines(body(client, "?with=r8&show=differences"))) == {"Version"}
    assert "No difference" in body(client, "?with=r7&show=differences")


@pytest.mark.parametrize("start", ["", "https://linkhub.example.com"])
def test_it_takes_the_address_of_a_runs_page(client: Client, start: str) -> None:
    make_run("r7")
    make_run("r 8/x", domain="production")
    address = f"{start}/projects/flytesnacks/production/runs/r%208~2Fx/actions/a0/"

    assert "r 8/x" in body(client, f"?with={address.replace('%', '%25')}")


@pytest.mark.parametrize("other", ["r9", "[", "/projects/secret/development/runs/r8/", "//"])
def test_it_says_where_there_is_no_such_run(client: Client, other: str) -> None:
    make_run("r7")
    make_run("r8", project=make.make_private_project())
    page = body(client, f"?with={other}")

    assert "There is no run" in page
    assert "<table" not in page


def test_it_offers_the_workflows_other_runs(client: Client) -> None:
    make_run("r7")
    make_run("r8")
    make_run("r9", workflow="other")
    page = body(client)

    assert f'href="{COMPARE}?with=r8"' in page
    assert "with=r9" not in page


def test_a_run_leads_to_the_ones_before_and_after_it(client: Client) -> None:
    for minutes, name in enumerate(("r5", "r6", "r7", "r8", "r9")):
        make_run(name, minutes)
    make_run("other", 2, workflow="other")
    page = body(client, path=RUN)

    assert "Previous run: r6" in page
    assert "Next run: r8" in page
    assert f'href="{COMPARE}?with=r6"' in page


def test_runs_of_the_same_moment_have_an_order_too(client: Client) -> None:
    make_run("r6")
    make_run("r7")

    assert "Previous run: r6" in body(client, path=RUN)
    assert "Next run: r7" in body(client, path=RUN.replace("r7", "r6"))
    assert "Next run" not in body(client, path=RUN)


def test_its_queries_do_not_grow(client: Client) -> None:
    make.make_definition("board", template="https://b.example.com/")
    for name, number in (("r7", 1), ("few", 2), ("many", 9)):
        run = make_run(name)
        for index in range(number):
            make.make_attempt(make.make_action(run, f"a{index}", task=f"t{index}"))

    assert queries_of(lambda: body(client, "?with=many")) == queries_of(
        lambda: body(client, "?with=few")
    )
