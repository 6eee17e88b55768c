from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from linkhub.api.api import api as linkhub_api
from linkhub.api.bodies import Body
from linkhub.api.openapi import BODIES
from linkhub.api.problems import KINDS
from tests.api.conftest import Api


@pytest.fixture(scope="module")
def document() -> Any:
    return linkhub_api.get_openapi_schema()


def test_it_is_served_to_everyone(stranger: Api) -> None:
    document = stranger.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/projects/{project}/domains/{domain}/runs/{run}" in document["paths"]


def test_it_has_every_schema_that_it_refers_to(document: Any) -> None:
    wanted = set(re.findall(r"'#/components/schemas/(\w+)'", str(dict(document))))
    assert wanted <= set(document["components"]["schemas"])
    assert {body.name for body in BODIES} <= wanted


def operations(document: Any) -> list[dict[str, Any]]:
    return [one for path in document["paths"].values() for one in path.values()]


def test_it_documents_every_body(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            writes = method in {"put", "patch", "post"} and not path.endswith(":cancel")
            assert ("requestBody" in operation) == writes


def test_it_documents_every_refusal(document: Any) -> None:
    for operation in operations(document):
        assert {401, 403, 404, 422, 429} <= set(operation["responses"])


PATHS = {
    "RunDocument": ("PUT", "/projects/p/domains/d/runs/r7"),
    "ActionFields": ("PATCH", "/projects/p/domains/d/runs/r7/actions/x1"),
    "AttachedLinkDocument": ("POST", "/projects/p/domains/d/runs/r7/links"),
    "TaskLinks": ("PUT", "/projects/p/tasks/t/versions/v/links"),
    "Batch": ("POST", "/runs:batch"),
    "OpenLineageEvent": ("POST", "/lineage"),
    "CloudEvent": ("POST", "/cloudevents"),
    "DefinitionsFile": ("POST", "/definitions:apply"),
    "DefinitionDocument": ("PUT", "/definitions/board"),
    "PreviewDocument": ("POST", "/definitions:preview"),
    "ToolDocument": ("PUT", "/tools/grafana"),
}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_its_examples_are_taken(api: Api, body: Body[Any]) -> None:
    method, path = PATHS[body.name]
    assert body.examples
    for example in body.examples.values():
        response = api.send(method, f"/api/v1{path}", example)
        assert response.status_code in {200, 201}, response.content
        for result in response.json().get("results", []):
            assert result["status"] in {200, 201}, result


def test_it_has_an_example_of_every_body(document: Any) -> None:
    for operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["examples"]


def test_it_documents_csv_of_every_list(document: Any) -> None:
    for operation in operations(document):
        names = {one["name"] for one in operation["parameters"]}
        assert ("text/csv" in operation["responses"][200]["content"]) == ("format" in names)


def test_it_names_operations_once(document: Any) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(set(names)) == len(names)


def test_it_asks_for_a_token_everywhere(document: Any) -> None:
    assert all(operation["security"] for operation in operations(document))


def test_its_page_needs_nothing_from_elsewhere(client: Client, db: None) -> None:
    response = client.get("/api/docs")
    html = response.content.decode()
    assert response.status_code == 200
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script(?![^>]*src=\"/static/)|src=\"https?:", html)


def test_its_page_has_every_operation(client: Client, db: None, document: Any) -> None:
    html = client.get("/api/docs").content.decode()
    for operation in operations(document):
        assert f'id="{operation["operationId"]}"' in html
    for kind in KINDS.values():
        assert f'id="problem-{kind.slug}"' in html


def test_its_pages_links_lead_somewhere(client: Client, db: None) -> None:
    html = client.get("/api/docs").content.decode()
    places = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= places
