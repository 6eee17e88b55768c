from __future__ import annotations

from typing import Any

import pytest

from linkhub.links.models import Backfill, Tool
from linkhub.runs.changes import current_change
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_definition, make_project, make_tool

GRAFANA = "/api/v1/tools/grafana"
BODY: dict[str, Any] = {
    "name": "grafana",
    "kind": "grafana",
    "title": "Our Grafana",
    "base_url": "https://grafana.example.com",
    "settings": {"loki_uid": "loki", "org_id": "1"},
    "overrides": [
        {"domain": "prod*", "base_url": "https://grafana.prod.example.com"},
        {"cluster": ["gpu-1", "gpu-2"], "settings": {"loki_uid": "gpu"}},
    ],
    "icon": "grafana",
    "position": 2,
    "check_links": False,
}


def test_it_gives_a_whole_tool_back(api: Api) -> None:
    response = api.put(GRAFANA, BODY)
    assert (response.status_code, response.json()) == (201, BODY)
    assert api.get(GRAFANA).json() == BODY
    assert Tool.objects.get().change == Backfill.objects.get().change == current_change()


def test_it_changes_nothing_when_nothing_changes(api: Api) -> None:
    api.put(GRAFANA, BODY)
    before = current_change()
    assert api.put(GRAFANA, api.get(GRAFANA).json()).status_code == 200
    assert current_change() == before


def test_it_takes_a_trailing_slash_off(api: Api) -> None:
    response = api.put(GRAFANA, BODY | {"base_url": "https://grafana.example.com/sub/"})
    assert response.json()["base_url"] == "https://grafana.example.com/sub"


def test_it_takes_settings_that_are_numbers_as_text(api: Api) -> None:
    response = api.put(GRAFANA, BODY | {"settings": {"org_id": 1, "x": True}})
    assert response.json()["settings"] == {"org_id": "1", "x": "true"}


@pytest.mark.parametrize(
    "url",
    [
        "grafana.example.com",
        "ftp://grafana.example.com",
        "https://",
        "https://x.example.com?org=1",
        "https://x.example.com/#a",
        "https://user@x.example.com",
        "https://x example.com",
        "https://[x",
        "https://x.example.com\\y",
    ],
)
def test_it_refuses_a_base_url_that_is_none(api: Api, url: str) -> None:
    assert list(errors(api.put(GRAFANA, BODY | {"base_url": url}))) == ["body.base_url"]


def test_it_refuses_an_override_for_everything(api: Api) -> None:
    wrong = BODY | {"overrides": [{"settings": {}}]}
    assert list(errors(api.put(GRAFANA, wrong))) == ["body.overrides.0"]


def test_it_refuses_an_overrides_wrong_base_url(api: Api) -> None:
    wrong = BODY | {"overrides": [{"domain": "d", "base_url": "https://a@b.example.com"}]}
    assert list(errors(api.put(GRAFANA, wrong))) == ["body.overrides.0.base_url"]


def test_it_refuses_a_setting_that_is_no_choice(api: Api) -> None:
    wrong = BODY | {"settings": {"explore": "sideways"}}
    assert "panes, left" in errors(api.put(GRAFANA, wrong))["body.settings.explore"]


def test_it_refuses_another_name_than_its_own(api: Api) -> None:
    assert list(errors(api.put(GRAFANA, BODY | {"name": "other"}))) == ["body.name"]


def test_it_keeps_the_kind_that_definitions_rely_on(api: Api) -> None:
    make_definition(provider="grafana_pod_logs", tool=make_tool())
    assert "dashboard" in errors(api.put(GRAFANA, BODY | {"kind": "custom"}))["body.kind"]


def test_it_deletes_a_tool_that_nothing_needs(api: Api) -> None:
    make_definition(tool=make_tool(), deleted=True)
    assert api.delete(GRAFANA).status_code == 200
    assert not Tool.objects.exists()
    assert Backfill.objects.count() == 1
    assert api.delete(GRAFANA).status_code == 404


def test_it_keeps_a_tool_that_definitions_need(api: Api) -> None:
    make_definition(tool=make_tool())
    response = api.delete(GRAFANA)
    assert response.status_code == 422
    assert "dashboard" in response.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
class TestOutsiders:
    def test_they_need_a_token(self, stranger: Api, method: str) -> None:
        assert stranger.send(method, GRAFANA, BODY).status_code == 401

    def test_they_need_the_ability(self, api_that: MakeApi, method: str) -> None:
        assert api_that("ingest").send(method, GRAFANA, BODY).status_code == 403


def test_it_lets_a_projects_token_read(api_that: MakeApi) -> None:
    make_tool()
    assert api_that("read", project=make_project()).get(GRAFANA).status_code == 200
