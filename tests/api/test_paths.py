from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

import pytest
from django.test import Client
from werkzeug.test import Client as ServerClient

from linkhub.lib.names import to_segment
from linkhub.runs.models import Run
from linkhub.wsgi import application
from tests.api.conftest import Api, errors
from tests.factories import make_project, make_run, make_token

AWKWARD = "../../x?y#z é"
RUNS = "/api/v1/projects/p/domains/d/runs"


@pytest.mark.parametrize(
    "name",
    [
        AWKWARD,
        ".",
        "..",
        "~",
        "~2F",
        "a b",
        "%2F",
        "a:b;c=d",
        "語",
        "x" * 255,
        "a+b&c",
        "\ufffd",
        "%FF",
    ],
)
def test_it_carries_any_name(api: Api, name: str) -> None:
    path = f"{RUNS}/{quote(to_segment(name), safe='')}"
    assert api.put(path).status_code == 201
    assert Run.objects.get().name == name
    assert api.get(path).json()["run"] == name


@pytest.mark.parametrize("action", ["", f"/actions/{quote(to_segment(AWKWARD), safe='')}"])
def test_it_gives_the_address_of_the_page(api: Api, admin_client: Client, action: str) -> None:
    path = f"{RUNS}/{quote(to_segment(AWKWARD), safe='')}{action}"
    url = api.send("PATCH" if action else "PUT", path, {}).json()["url"]
    found = api.get("/api/v1/find", q=AWKWARD).json()["items"]
    assert url in {hit["url"] for hit in found}
    assert admin_client.get(url).status_code == 200


@pytest.mark.parametrize("segment", ["~ZZ", "a~", "~2", "~41"])
def test_it_answers_404_to_escapes_that_are_none(api: Api, segment: str) -> None:
    assert api.put(f"{RUNS}/{segment}").status_code == 404


@pytest.mark.parametrize("segment", ["x" * 256, "a%0Ab", "a%00b", "%7F"])
def test_it_says_that_a_name_cannot_be_one(api: Api, segment: str) -> None:
    for response in (api.put(f"{RUNS}/{segment}"), api.get(f"{RUNS}/{segment}")):
        assert response.status_code == 422
        assert list(errors(response)) == ["path.run"]


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_it_takes_a_name_that_is_not_utf_8_for_no_other(one_connection: None, method: str) -> None:
    # The client would make U+FFFD of what is not UTF-8.
    raw = {"PATH_INFO": unquote_to_bytes(f"{RUNS}/a%ff%feb").decode("iso-8859-1")}
    headers = {"Authorization": f"Bearer {make_token()[1]}"}
    client = ServerClient(application)
    response = client.open(method=method, data=b"{}", headers=headers, environ_overrides=raw)
    assert response.status_code == 422
    assert [error["loc"] for error in response.json["errors"]] == [["path", "run"]]
    assert not Run.objects.exists()


def test_it_answers_405_as_a_problem(api: Api) -> None:
    response = api.delete(f"{RUNS}/r")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "PUT"}
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/runs", RUNS])
def test_it_answers_404_as_a_problem(api: Api, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    assert response.json()["detail"] == api.get(f"{RUNS}/absent").json()["detail"]


def test_it_refuses_too_many_parameters_as_a_problem(api: Api) -> None:
    make_run("r", project=make_project("p"), domain="d")
    response = api.get(f"{RUNS}/r/links", action=["a"] * 2_000)
    assert list(errors(response)) == ["query"]
