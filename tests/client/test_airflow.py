"""The Airflow plugin, against stand-ins for the two classes that it takes from Airflow."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

KEY = SimpleNamespace(dag_id="etl", run_id="manual__2026-01-05T10:00:00+00:00", task_id="load/a")


@pytest.fixture(params=["airflow.sdk", "airflow.models.baseoperatorlink"], ids=["3", "2"])
def plugin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Where Airflow 3 and Airflow 2 keep the base class of links."""
    for name in ("airflow", "airflow.models"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    manager, links = ModuleType("airflow.plugins_manager"), ModuleType(request.param)
    manager.AirflowPlugin = type("AirflowPlugin", (), {})  # type: ignore[attr-defined]
    links.BaseOperatorLink = type("BaseOperatorLink", (), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow.plugins_manager", manager)
    monkeypatch.setitem(sys.modules, request.param, links)
    monkeypatch.delitem(sys.modules, "linkhub_client.airflow", raising=False)
    yield importlib.import_module("linkhub_client.airflow").LinkHubPlugin
    sys.modules.pop("linkhub_client.airflow", None)


def test_it_links_a_task_to_its_page(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKHUB_URL", "https://hub.example.com/")
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "Data Team")
    [link] = plugin.global_operator_extra_links
    assert (plugin.name, link.name) == ("linkhub", "LinkHub")
    assert link.get_link(None, ti_key=KEY) == (
        "https://hub.example.com/projects/data-team/default/runs/"
        "manual__2026-01-05T10%3A00%3A00%2B00%3A00/actions/load~2Fa/"
    )


def test_it_shows_no_button_without_an_address(plugin: Any) -> None:
    [link] = plugin.global_operator_extra_links
    assert link.get_link(None, ti_key=KEY) == ""
