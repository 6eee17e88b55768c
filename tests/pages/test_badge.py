"""The badge of a workflow: a picture, for those who may see it and those who have its key."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from linkhub.pages.badge import badge_page, key_of
from linkhub.runs.models import Workflow
from tests import factories as make

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
PLACE = ("secret", "development", "train_pipeline")


def picture(client: Client, *names: str, **query: str) -> tuple[int, list[str]]:
    """The status, and the texts in the picture."""
    response = client.get(reverse("badge_picture", args=names or PLACE), query)
    if response.status_code != 200:
        return response.status_code, []
    texts = ElementTree.fromstring(response.content).iter(f"{SVG}text")
    return 200, [each.text or "" for each in texts]


@pytest.fixture
def workflow(db: None) -> Workflow:
    """In a private project; its latest run has failed."""
    project = make.make_private_project()
    make.make_run("r1", project=project, phase="succeeded")
    make.make_run("r2", project=project, phase="failed", created_at=make.ENDED)
    return Workflow.objects.get()


def test_it_shows_the_latest_run_to_who_has_the_key(nobody: Client, workflow: Workflow) -> None:
    key = key_of(workflow.project_id, *PLACE[1:])
    assert picture(nobody, key=key) == (200, ["train_pipeline", "failed"])
    assert picture(nobody, key=key, label="Training") == (200, ["Training", "failed"])


def test_it_shows_it_to_who_may_see_the_project(client: Client) -> None:
    make.make_run(phase="timed_out")
    names = ("flytesnacks", *PLACE[1:])
    assert picture(client, *names) == (200, ["train_pipeline", "timed out"])


@pytest.mark.parametrize("key", ["", "x", "é", key_of(0, *PLACE[1:])])
def test_it_is_not_there_for_anybody_else(
    nobody: Client, client: Client, workflow: Workflow, key: str
) -> None:
    assert picture(nobody, key=key)[0] == 404
    assert picture(client, key=key)[0] == 404


def test_it_answers_alike_for_hidden_and_absent(nobody: Client, workflow: Workflow) -> None:
    hidden = nobody.get(reverse("badge_picture", args=PLACE))
    absent = nobody.get(reverse("badge_picture", args=("nothing", *PLACE[1:])))
    assert hidden.status_code == absent.status_code == 404
    assert len(hidden.content) - len("secret") == len(absent.content) - len("nothing")
    assert picture(nobody, "nothing", *PLACE[1:], key=key_of(0, *PLACE[1:]))[0] == 404


def test_it_opens_no_other_picture_with_the_key(nobody: Client, workflow: Workflow) -> None:
    make.make_workflow(workflow.project, "other")
    key = key_of(workflow.project_id, *PLACE[1:])
    assert picture(nobody, "secret", "development", "other", key=key)[0] == 404


def test_it_shows_a_workflow_without_runs(client: Client) -> None:
    make.make_workflow()
    assert picture(client, "flytesnacks", *PLACE[1:])[1][1] == "no runs"


@pytest.mark.parametrize(
    "label", ['"><script>alert(1)</script>', "a\x00\x0b\ufffeb", "x" * 400, " "]
)
def test_it_stays_a_picture_whatever_the_label(client: Client, label: str) -> None:
    make.make_run()
    names = ("flytesnacks", *PLACE[1:])
    response = client.get(reverse("badge_picture", args=names), {"label": label})
    tree = ElementTree.fromstring(response.content)
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} == {
        *("svg", "title", "clipPath", "rect", "g", "text")
    }
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Type"] == "image/svg+xml"


def test_it_gives_lines_to_paste(client: Client, viewer: object) -> None:
    make.make_run(workflow="train (b/~)")
    page = client.get(reverse("badge", args=("flytesnacks", "development", "train (b/~)")))
    assert page.status_code == 200
    workflow = Workflow.objects.select_related("project").get(name="train (b/~)")
    shown = badge_page(RequestFactory().get("/"), workflow)
    markdown, html = (line.text for line in shown.lines)
    assert markdown.count("(") == markdown.count(")") == 2
    assert "<img " in html
    split = urlsplit(shown.picture)
    query = {name: values[0] for name, values in parse_qs(split.query).items()}
    assert Client().get(split.path, query).status_code == 200


def test_it_has_no_page_for_an_outsider(client: Client, workflow: Workflow) -> None:
    assert client.get(reverse("badge", args=PLACE)).status_code == 404


def test_a_workflows_page_leads_to_its_badge_in_each_domain(client: Client) -> None:
    make.make_run()
    page = "/projects/flytesnacks/workflows/train_pipeline/"
    badges = [f'href="/badge/flytesnacks/{each}/train_pipeline/"' for each in ("development", "p")]
    assert badges[0] in client.get(page).content.decode()
    make.make_run("r8", domain="p")
    body = client.get(page).content.decode()

    assert all(each in body for each in badges)
