"""Trackio, and the links that Flyte's MLflow plugin leaves in the context."""

from typing import Any

import pytest

from linkhub.links import providers
from linkhub.links.language.errors import MissingVariables, Refused
from linkhub.links.providers import Built
from tests.providers.factories import a_request


def trackio(context: dict[str, str] | None = None, **params: Any) -> Built:
    return providers.get("trackio").build(a_request(params, context=context))


def test_it_leads_to_the_project_of_a_server() -> None:
    built = trackio(server_url="https://t.test/", project="a b/c")
    assert (built.url, built.origin_is_variable) == ("https://t.test/projects/a%20b%2Fc", False)


def test_it_says_that_the_server_is_the_runs() -> None:
    built = trackio({"trackio_server_url": "https://t.test", "trackio_project": "p"})
    assert built.origin_is_variable
    assert built.parts[0].variable == "context.trackio_server_url"


def test_it_waits_for_the_project_of_a_server() -> None:
    with pytest.raises(MissingVariables) as error:
        trackio(server_url="https://t.test")
    assert error.value.names == ("context.trackio_project",)


def test_it_leads_to_a_space() -> None:
    assert trackio({"trackio_space_id": "o/s 1"}).url == "https://huggingface.co/spaces/o/s%201"
    assert trackio(space_id="o/s", host="https://hf.test").url == "https://hf.test/spaces/o/s"


@pytest.mark.parametrize("space", ["a/..", "a//b", "/"])
def test_it_refuses_a_space_that_leads_elsewhere(space: str) -> None:
    with pytest.raises(Refused):
        trackio(space_id=space)


def test_it_leads_to_the_manual_where_nothing_says_where() -> None:
    built = trackio()
    assert built.url == "https://huggingface.co/docs/trackio"
    assert "manual" in built.notes[0]


def test_it_identifies_projects_and_spaces() -> None:
    provider = providers.get("trackio")
    project = provider.identify("https://t.test/x/projects/a%20b")
    space = provider.identify("https://huggingface.co/spaces/o/s")
    assert project is not None
    assert (project.base_url, project.parts) == ("https://t.test/x", {"project": "a b"})
    assert space is not None
    assert space.parts == {"space_id": "o/s"}


@pytest.mark.parametrize("url", ["https://t.test/projects/", "ftp://t/projects/x", "https://["])
def test_it_identifies_nothing_else(url: str) -> None:
    assert providers.get("trackio").identify(url) is None


LINK = "https://ml.test/#/experiments/1/runs/abc"


def mlflow(context: dict[str, str], **params: Any) -> Built:
    return providers.get("mlflow_task").build(a_request(params, context=context))


def test_it_shows_the_parents_run() -> None:
    built = mlflow({"_mlflow_link": LINK, "mlflow_run_mode": "nested"})
    assert (built.url, built.origin_is_variable) == (LINK, True)


def test_it_prefers_the_address_that_was_given() -> None:
    built = mlflow({"_mlflow_link": "https://other.test"}, link=LINK, run_mode="new")
    assert (built.url, built.origin_is_variable) == (LINK, False)


@pytest.mark.parametrize("context", [{}, {"_mlflow_link": LINK, "mlflow_run_mode": "new"}])
def test_it_waits_where_the_run_is_not_the_tasks(context: dict[str, str]) -> None:
    with pytest.raises(MissingVariables) as error:
        mlflow(context)
    assert error.value.names == ("context._mlflow_link",)
