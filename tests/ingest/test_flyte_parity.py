"""The examples' links as LinkHub resolves them: attached as imported, and from definitions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from linkhub.links import python_lane
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.read import links_of_run, links_of_runs
from linkhub.links.shown import ShownLink
from linkhub.links.work import drain
from linkhub.runs.models import Pending, Run
from tests.ingest.flyte_stores import RUNS, Links, flytes_links, run_import

pytestmark = pytest.mark.django_db
HERE = "tests.flyte_examples.links"
PLUGIN = "flyteplugins.wandb:Wandb"
ROOT = Path(__file__).parent.parent.parent
DOCUMENTATION = ROOT / "docs" / "flyte2.md"
PLACE = {"project": "cats", "entity": "vision"}
DASHBOARD = "https://grafana.example.com/d/abc123/pods"


@pytest.fixture(scope="module", autouse=True)
def _child_process() -> Iterator[None]:
    """One child process for all tests here: Flyte takes a second to import."""
    python_lane._runner.cache_clear()
    yield
    python_lane._runner().close()
    python_lane._runner.cache_clear()


@pytest.fixture(autouse=True)
def _allowed_classes(settings: Settings) -> None:
    settings.LINKHUB_LINK_CLASSES = [f"{HERE}:*", PLUGIN]


def define(key: str, task: str, provider: str = "python_link", **params: Any) -> None:
    document = {"name": key, "provider": provider, "params": params, "select": {"task": task}}
    save_definition(project=None, key=key, document=DefinitionDocument.model_validate(document))


def documented(number: int) -> DefinitionDocument:
    """The definition that docs/flyte2.md shows in that place, of classes that are here."""
    found = re.findall(r"```json\n(.+?)```", DOCUMENTATION.read_text(), re.DOTALL)[number]
    return DefinitionDocument.model_validate_json(found.replace("my_team.links", HERE))


def resolve(store: Path) -> None:
    """Import, and let the workers' rounds run until nothing is left."""
    run_import(store)
    for lane in Pending.Lane:
        assert drain(lane, seconds=60)


def shown(run: str) -> list[ShownLink]:
    return links_of_run(Run.objects.get(name=run), now=timezone.now())


def ready(run: str, *, origin: str = "override") -> Links:
    """By action, the ready links that an imported run is shown with."""
    found: Links = {}
    for link in shown(run):
        if link.state == "ready" and link.origin == origin:
            found.setdefault(link.action or "", []).append((link.name, link.url or ""))
    return found


def urls(links: Links) -> dict[str, list[str]]:
    return {action: [url for _, url in pairs] for action, pairs in links.items()}


@pytest.mark.parametrize("run", RUNS)
def test_it_shows_the_links_that_flyte_computed(flyte_store: Path, run: str) -> None:
    resolve(flyte_store)
    assert ready(run) == flytes_links(flyte_store, run)


def test_it_shows_nothing_else(flyte_store: Path) -> None:
    resolve(flyte_store)
    links = [link for run in RUNS for link in shown(run)]
    assert {(link.state, link.origin, link.updating) for link in links} == {
        ("ready", "override", False)
    }


def test_it_shows_them_before_a_worker_has_seen_them(flyte_store: Path) -> None:
    run_import(flyte_store)
    assert ready("override") == flytes_links(flyte_store, "override")


def test_it_lists_a_run_with_the_links_of_the_workflows_own_task(flyte_store: Path) -> None:
    resolve(flyte_store)
    run = Run.objects.get(name="grafana")
    [link] = links_of_runs([run], now=timezone.now())[run.pk]
    assert [[(link.name, link.url)]] == list(flytes_links(flyte_store, "grafana").values())


def test_a_grafana_class_as_a_definition_gives_flytes_url(flyte_store: Path) -> None:
    params = {"class": f"{HERE}:GrafanaLink", "dashboard_url": DASHBOARD}
    define("pods", "grafana_link.train", **params)
    resolve(flyte_store)
    found = ready("grafana", origin="instance")
    assert urls(found) == urls(flytes_links(flyte_store, "grafana"))


def test_a_class_with_the_contexts_run_id_gives_flytes_url(flyte_store: Path) -> None:
    define("tracking", "wandb_link.train", **{"class": f"{HERE}:Wandb", **PLACE})
    resolve(flyte_store)
    found = ready("wandb", origin="instance")
    assert urls(found) == urls(flytes_links(flyte_store, "wandb"))


# Which definition of the documentation, and which of a run's actions with links it is for.
DOCUMENTED = [(0, "grafana", 0), (1, "grafana", 0), (2, "override", 2)]


@pytest.mark.parametrize(("number", "run", "call"), DOCUMENTED)
def test_the_documented_definitions_give_flytes_urls(
    flyte_store: Path, number: int, run: str, call: int
) -> None:
    save_definition(project=None, key="mine", document=documented(number))
    resolve(flyte_store)
    action, links = list(flytes_links(flyte_store, run).items())[call]
    assert urls(ready(run, origin="instance"))[action] == [url for _, url in links]


# The task's calls in `wandb_override`, in order: with its own link, then with three overrides.
OVERRIDES = [
    (0, "python_link", {"class": f"{HERE}:GrafanaLink", "dashboard_url": DASHBOARD}),
    (1, "python_link", {"class": f"{HERE}:Wandb", **PLACE, "id": "my-id"}),
    (2, "python_link", {"class": PLUGIN, "entity": "vision", "run_mode": "new"}),
    (3, "python_link", {"class": PLUGIN, "entity": "vision"}),
    (2, "wandb_run", {"entity": "vision", "run_mode": "new"}),
    (3, "wandb_run", {"entity": "vision"}),
]


@pytest.mark.parametrize("run", ["override", "watched"])
@pytest.mark.parametrize(("call", "provider", "params"), OVERRIDES)
def test_the_classes_of_overrides_give_flytes_urls(
    flyte_store: Path, run: str, call: int, provider: str, params: dict[str, str]
) -> None:
    define("mine", "wandb_override.train_model", provider, **params)
    resolve(flyte_store)
    action, links = list(flytes_links(flyte_store, run).items())[call]
    assert urls(ready(run, origin="instance"))[action] == [url for _, url in links]


def test_the_defined_link_gives_way_to_the_one_that_flyte_attached(flyte_store: Path) -> None:
    params = {"class": f"{HERE}:GrafanaLink", "dashboard_url": "https://other.example.com"}
    define("grafana", "grafana_link.train", **params)
    resolve(flyte_store)
    assert ready("grafana") == flytes_links(flyte_store, "grafana")
