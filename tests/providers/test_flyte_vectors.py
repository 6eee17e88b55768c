"""Every link that Flyte's own code gives, beside LinkHub's; `docs/differences-from-flyte.md` lists
those that differ, each under its reason."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from linkhub.links import providers
from linkhub.links.language import compile_template
from linkhub.links.language.errors import LanguageError, MissingVariables
from linkhub.links.providers import ToolFacts
from tests.providers.factories import a_request, vectors

DOCUMENT: Final = (Path(__file__).parents[2] / "docs/differences-from-flyte.md").read_text()
ALL: Final = vectors("flyte_links.json")
PLACEHOLDER: Final = "A placeholder would be shown"
PLACEHOLDERS: Final = {"{{.runName}}": "r1abc", "{{.actionName}}": "act1", "{{.podName}}": "pod-0"}
OF_PLUGINS: Final = {
    "flyteplugins.wandb.Wandb": "wandb_run",
    "flyteplugins.wandb.WandbSweep": "wandb_sweep",
    "flyteplugins.mlflow.Mlflow": "mlflow_task",
    "flyteplugins.trackio.Trackio": "trackio",
    "flyteplugins.otel.grafana.GrafanaTrace": "grafana_flyte_traces",
    "flyteplugins.agento11y.links.GrafanaAgentObservability": "grafana_agent",
    "flyteplugins.hitl._event.EventFormLink": "flyte_event_form",
    "docs.Wandb": "wandb_run",
}
RENAMED: Final = {
    "_is_distributed": "is_distributed",
    "_worker_index": "worker_index",
    "_decorator_run_mode": "run_mode",
    "datasource_uid": "tempo_uid",
    "endpoint": "host",
}
BASES: Final = {"grafana_flyte_traces", "grafana_agent", "flyte_event_form"}


def rows() -> Iterator[tuple[str, str]]:
    """The first cell of every row of the document, and the heading that it stands under."""
    for section in DOCUMENT.split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE):
            yield cell, heading


ROWS: Final = tuple(rows())
BARE: Final = "A bare or empty host would be shown"
MUST_DIFFER: Final = {BARE, "A value needed encoding", "A known bug that leads to the wrong page"}


def reason(vector: dict[str, Any]) -> str:
    """The heading of the row that names the entry, or its whole group by a rule; else nothing."""
    own = next((heading for cell, heading in ROWS if f"`{vector['id']}`" in cell), "")
    if own or str(vector["expected"]).count("/") >= 3:
        return own
    group = vector["id"].rpartition("-")[0]
    rule = next((cell for cell, heading in ROWS if heading == BARE and f"`{group}`" in cell), "")
    return BARE if rule.startswith("every ") else ""


def filled(text: str) -> str:
    """Flyte's placeholders with the values that its back end puts there."""
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


def ask(vector: dict[str, Any]) -> str:
    """LinkHub's link, or what it waits for."""
    kind, params = OF_PLUGINS[vector["class"]], dict(vector["params"])
    call, context = vector["call"], vector["call"]["context"] or vector.get("ambient_context", {})
    if params.pop("action_scoped", False):
        params["scope"] = "action"
    if vector["class"] == "docs.Wandb":
        params.setdefault("id", call["run_name"])
    params = {RENAMED.get(name, name): value for name, value in params.items()}
    tool = ToolFacts("t", "t", params.pop("host")) if kind in BASES else None
    names = {"runname": filled(call["run_name"]), "actionname": filled(call["action_name"])}
    request = a_request(params, context=context, tool=tool, **names)
    try:
        return providers.get(kind).build(request).url
    except MissingVariables:
        return "waits"


def is_link(vector: dict[str, Any]) -> bool:
    return vector["class"] in OF_PLUGINS and "error" not in vector


@pytest.mark.parametrize("group", sorted({v["group"] for v in ALL if is_link(v)}))
def test_it_gives_flytes_link_or_the_document_says_why_not(group: str) -> None:
    for vector in (each for each in ALL if each["group"] == group and is_link(each)):
        same = ask(vector) == filled(vector["expected"])
        assert same or reason(vector), (vector["id"], ask(vector))
        assert not (same and reason(vector) in MUST_DIFFER), vector["id"]


def test_it_waits_wherever_flyte_shows_a_bare_host_or_nothing() -> None:
    for vector in filter(is_link, ALL):
        waits = ask(vector) == "waits"
        assert not waits or reason(vector) in {BARE, PLACEHOLDER}, vector["id"]
        assert waits or reason(vector) != BARE, vector["id"]


def test_its_document_names_only_entries_that_there_are() -> None:
    known = {each["id"] for each in ALL} | {each["id"].rpartition("-")[0] for each in ALL}
    named = [each for cell, _ in ROWS for each in re.findall(r"`([a-z]+[a-z0-9-]*)`", cell)]
    assert set(named) <= known | {"wandb_host", "connector-snowflake1"}


@pytest.mark.parametrize(
    "vector", [v for v in ALL if v["id"].startswith("connector-snowflake2")], ids=lambda v: v["id"]
)
def test_it_gives_flyte_2s_snowflake_link(vector: dict[str, Any]) -> None:
    try:
        url = providers.get("snowflake_query").build(a_request(vector["params"])).url
    except LanguageError:
        url = "waits"
    assert (url == vector["expected"]) is not bool(reason(vector))


def test_it_does_not_repeat_flyte_1s_snowflake_bug() -> None:
    for vector in ALL:
        if vector["id"].startswith("connector-snowflake1"):
            url = providers.get("snowflake_query").build(a_request(vector["params"])).url
            assert url != vector["expected"]
    assert any("`connector-snowflake1`" in cell for cell, _ in ROWS)


@pytest.mark.parametrize(
    "vector", [v for v in ALL if v["group"] == "flytekit-wandb-exec"], ids=lambda v: v["id"]
)
def test_it_names_the_run_as_flytekit_does(vector: dict[str, Any]) -> None:
    config = {"entity": "e", "project": "p", "host": "https://wandb.ai"}
    if vector["params"]["id"] is not None:
        config["id"] = vector["params"]["id"]
    request = a_request(podname=vector["call"]["environ"]["HOSTNAME"])
    request.values.maps["taskconfig"] = config  # type: ignore[index]
    try:
        url = providers.get("wandb_init").build(request).url
    except MissingVariables as error:
        url = str(error.names)
    expected = vector["expected"]["wandb.init.id"]
    assert url == (f"https://wandb.ai/e/p/runs/{expected}" if expected else "('taskConfig.id',)")


@pytest.mark.parametrize(
    "vector", [v for v in ALL if v["class"].endswith("._generate_experiment_key")], ids=str
)
def test_it_makes_comets_experiment_key(vector: dict[str, Any]) -> None:
    params = vector["params"]
    suffix = vector["expected"][-10:]
    given = {"workspace": "ws", "comet_project": "pn", "link_suffix": suffix}
    request = a_request(given, podname=params["hostname"])
    url = providers.get("comet_flyte_execution").build(request).url
    assert url == f"https://www.comet.com/ws/pn/{vector['expected']}"


def test_it_gives_the_dashboard_of_the_documentation() -> None:
    (vector,) = (each for each in ALL if each["class"] == "docs.GrafanaLink")
    template = compile_template(vector["params"]["dashboard_url"] + "?var-pod={{.podName}}")
    url = template.render(a_request(podname="pod-0").values).url
    assert url == filled(vector["expected"])


def test_it_looks_at_every_entry_that_is_a_link() -> None:
    """What is left holds no address: configurations, errors, and links of a test's own class."""
    looked_at = {"serialize", "override", "connector", "flytekit-wandb-exec"}
    rest = [each for each in ALL if not is_link(each) and each["group"] not in looked_at]
    urls = [each["id"] for each in rest if str(each.get("expected")).startswith("http")]
    assert [each for each in urls if not each.startswith("docs-")] == []
