"""Starring projects and workflows."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.accounts.models import User
from linkhub.pages.models import Star
from linkhub.pages.stars import star_button, starred_by
from tests import factories as make
from tests.pages.conftest import htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PROJECT = "/projects/flytesnacks/star"
WORKFLOW = "/projects/flytesnacks/workflows/train_pipeline/star"


def test_it_stars_a_project_and_a_workflow(client: Client, viewer: User) -> None:
    make.make_run()
    for path in (PROJECT, WORKFLOW, WORKFLOW):
        assert client.post(path, {"on": "1"}).status_code == 302
    starred = starred_by(viewer)

    assert [project.name for project in starred.projects] == ["flytesnacks"]
    assert [each.name for each in starred.workflows] == ["train_pipeline"]
    assert Star.objects.count() == 2


def test_it_takes_stars_back(client: Client, viewer: User) -> None:
    make.make_run()
    for on in ("1", "0", "0"):
        for path in (PROJECT, WORKFLOW):
            client.post(path, {"on": on})

    assert starred_by(viewer) == starred_by(make.make_user("ben"))


def test_a_workflow_is_starred_in_every_domain(client: Client, viewer: User) -> None:
    make.make_run(domain="production")
    client.post(WORKFLOW, {"on": "1"})
    make.make_run()

    assert star_button(viewer, make.make_project(), "train_pipeline").on
    client.post(WORKFLOW, {"on": "0"})
    assert not star_button(viewer, make.make_project(), "train_pipeline").on


def test_it_goes_back_to_the_page_or_gives_the_button_alone(client: Client) -> None:
    make.make_run()
    plain = client.post(WORKFLOW, {"on": "1"})
    button = client.post(PROJECT, {"on": "1"}, headers=htmx("form#star")).content.decode()

    assert plain["Location"] == "/projects/flytesnacks/workflows/train_pipeline/"
    assert button.startswith('<form id="star"')
    assert 'aria-pressed="true"' in button


def test_what_may_not_be_seen_cannot_be_starred(client: Client, viewer: User) -> None:
    make.make_run(project=make.make_private_project())
    for path in (PROJECT, WORKFLOW):
        assert client.post(path.replace("flytesnacks", "secret"), {"on": "1"}).status_code == 404

    assert not Star.objects.exists()


def test_a_star_is_out_of_sight_with_its_project(client: Client, viewer: User) -> None:
    project = make.make_private_project()
    membership = make.make_member(project, viewer)
    client.post("/projects/secret/star", {"on": "1"})
    assert starred_by(viewer).projects == [project]
    membership.delete()

    assert starred_by(viewer).projects == []


def test_its_queries_do_not_grow(viewer: User) -> None:
    def few() -> int:
        return queries_of(lambda: starred_by(viewer))

    for number in range(3):
        run = make.make_run(project=make.make_project(f"p{number}"))
        Star.objects.create(user=viewer, project=run.project)
        Star.objects.create(user=viewer, project=run.project, workflow=run.workflow)
        assert few() == 1
