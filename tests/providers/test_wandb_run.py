"""W&B runs: the rules of Flyte's plugin, case by case and against the plugin itself."""

import os
import warnings
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.language.errors import Failed, MissingVariables, Refused
from linkhub.links.providers import Built, ToolFacts
from tests.providers.factories import NAMES, a_request, vectors

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Flyte's own, as it is imported
    from flyteplugins.wandb import Wandb

PROVIDER = providers.get("wandb_run")
PLACE = {"project": "proj", "entity": "ent"}

# Vectors that LinkHub answers differently, by the reason that it may.
BARE_HOST = "a bare host would be shown: LinkHub waits"
ENCODED = "a value needed encoding"
PLACEHOLDER = "a placeholder would be shown: LinkHub waits"
DIFFERENT = {
    "wandb-edge-000": BARE_HOST,
    "wandb-edge-008": ENCODED,
    "wandb-edge-009": ENCODED,
    "wandb-edge-026": PLACEHOLDER,
}
KNOWN_AS = {"_is_distributed": "is_distributed", "_worker_index": "worker_index"}
PLACEHOLDERS = {"{{.runName}}": "r1abc", "{{.actionName}}": "act1"}


def filled(text: str) -> str:
    """Flyte's placeholders with the values that its back end puts there."""
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


def ask(params: dict[str, Any], call: dict[str, Any]) -> Built:
    known = {KNOWN_AS.get(name, name): value for name, value in params.items()}
    run, action = filled(call["run_name"]), filled(call["action_name"])
    return PROVIDER.build(
        a_request(known, context=call["context"] or {}, runname=run, actionname=action)
    )


RUN_VECTORS = [each for each in vectors("flyte_links.json") if each["class"].endswith(".Wandb")]
PLUGIN_VECTORS = [each for each in RUN_VECTORS if not each["class"].startswith("docs")]


@pytest.mark.parametrize("vector", PLUGIN_VECTORS, ids=lambda vector: vector["id"])
def test_it_gives_the_plugins_link(vector: dict[str, Any]) -> None:
    expected = filled(vector["expected"])
    is_bare = expected.count("/") == 2
    if is_bare or vector["id"] in DIFFERENT:
        assert not is_bare or DIFFERENT.get(vector["id"], BARE_HOST) == BARE_HOST
        return
    assert ask(vector["params"], vector["call"]).url == expected


@pytest.mark.parametrize(
    "vector", [v for v in PLUGIN_VECTORS if v["expected"].count("/") == 2], ids=lambda v: v["id"]
)
def test_it_waits_where_the_plugin_gives_the_bare_host(vector: dict[str, Any]) -> None:
    with pytest.raises(MissingVariables) as error:
        ask(vector["params"], vector["call"])
    assert set(error.value.names) <= {"context.wandb_project", "context.wandb_entity"}


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({**PLACE, "id": "x y/z?#%"}, "ent/proj/runs/x%20y%2Fz%3F%23%25"),
        ({"project": "my proj/é", "entity": "a&b"}, "a%26b/my%20proj%2F%C3%A9/runs/r1abc-act1"),
        ({**PLACE, "id": "run+1=a&b$c@d"}, "ent/proj/runs/run+1=a&b$c@d"),
    ],
)
def test_it_encodes_as_wandb_does(params: dict[str, str], path: str) -> None:
    assert PROVIDER.build(a_request(params)).url == f"https://wandb.ai/{path}"


@pytest.mark.parametrize("variant", ["saas-classic", "self-hosted", "kept-characters"])
def test_it_gives_wandbs_own_address(variant: str) -> None:
    # Inputs that the entry leaves out are read from its URL.
    (vector,) = (v for v in vectors("urls.json") if v["variant"] == f"run/{variant}")
    named = {"host": "https://forge.coreweave.com/wandb", "entity": "t", "project": "p"}
    inputs = {**named, **vector["inputs"]}
    params = {"id": inputs.pop("run_id"), **inputs}
    assert PROVIDER.build(a_request(params)).url == vector["url"]


def test_it_gives_wandbs_own_address_of_a_group() -> None:
    # Entity and project are read from the entry's URL.
    (vector,) = (v for v in vectors("urls.json") if (v["tool"], v["variant"]) == ("wandb", "group"))
    place = {"entity": "team", "project": "proj", "is_distributed": True, "run_mode": "new"}
    built = PROVIDER.build(a_request({**place, "id": vector["inputs"]["group"]}))
    assert built.url == vector["url"]


@pytest.mark.parametrize("missing", ["runName", "actionName"])
def test_it_waits_for_the_names_that_the_id_is_made_of(missing: str) -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build(a_request(PLACE, **{missing.lower(): ""}))
    assert error.value.names == (missing,)


def test_it_names_all_that_is_missing() -> None:
    with pytest.raises(MissingVariables) as error:
        PROVIDER.build(a_request({}))
    assert error.value.names == ("context.wandb_project", "context.wandb_entity")


def test_it_takes_the_tools_host() -> None:
    tool = ToolFacts("ours", "wandb", "https://wandb.example.com/")
    built = PROVIDER.build(a_request(PLACE, tool=tool))
    assert built.url == "https://wandb.example.com/ent/proj/runs/r1abc-act1"
    assert not built.origin_is_variable


def test_it_prefers_the_parameter_to_the_tools_host() -> None:
    tool = ToolFacts("ours", "wandb", "https://wandb.example.com")
    built = PROVIDER.build(a_request({**PLACE, "host": "https://own.test"}, tool=tool))
    assert built.url == "https://own.test/ent/proj/runs/r1abc-act1"


def test_it_says_that_the_host_is_the_runs() -> None:
    built = PROVIDER.build(a_request(PLACE, context={"wandb_host": "https://h2"}))
    assert built.url == "https://h2/ent/proj/runs/r1abc-act1"
    assert built.origin_is_variable
    assert built.parts[0].variable == "context.wandb_host"


def test_it_says_that_a_templated_host_is_the_runs() -> None:
    request = a_request({**PLACE, "host": "https://h2"}, variable_params=frozenset({"host"}))
    assert PROVIDER.build(request).origin_is_variable


def test_it_does_not_mistrust_a_host_that_it_has_anyway() -> None:
    built = PROVIDER.build(a_request(PLACE, context={"wandb_host": "https://wandb.ai"}))
    assert not built.origin_is_variable


def test_it_keeps_a_trailing_slash_of_a_host_and_says_so() -> None:
    built = PROVIDER.build(a_request({**PLACE, "host": "https://own.test/"}))
    assert built.url == "https://own.test//ent/proj/runs/r1abc-act1"
    assert "begins with `//`" in built.notes[0]


def test_it_takes_an_empty_host_for_the_default() -> None:
    built = PROVIDER.build(a_request({**PLACE, "host": ""}))
    assert built.url == "https://wandb.ai/ent/proj/runs/r1abc-act1"


@pytest.mark.parametrize("flag", [True, "true", "True", "1", "yes"])
def test_it_reads_distributed_as_text_too(flag: bool | str) -> None:
    params = {**PLACE, "is_distributed": flag, "rank_scope": "worker", "worker_index": "2"}
    built = PROVIDER.build(a_request(params))
    assert built.url == "https://wandb.ai/ent/proj/runs/r1abc-act1-worker-2"


@pytest.mark.parametrize(
    "bad", [{"is_distributed": "banana"}, {"is_distributed": True, "worker_index": "two"}]
)
def test_it_fails_on_a_parameter_of_the_wrong_type(bad: dict[str, Any]) -> None:
    with pytest.raises(Failed, match="must be"):
        PROVIDER.build(a_request({**PLACE, **bad}))


@pytest.mark.parametrize("name", ["project", "entity", "id"])
@pytest.mark.parametrize("dots", [".", ".."])
def test_it_refuses_a_value_that_is_a_dot_segment(name: str, dots: str) -> None:
    with pytest.raises(Refused) as error:
        PROVIDER.build(a_request({**PLACE, name: dots}))
    assert error.value.rule == "dot-segment"


@pytest.mark.parametrize(
    ("params", "names", "run"),
    [
        ({}, {"runname": ".", "actionname": ".."}, ".-.."),
        (
            {"id": "..", "is_distributed": True, "rank_scope": "worker", "worker_index": 1},
            {},
            "..-worker-1",
        ),
    ],
)
def test_it_takes_dots_that_are_no_segment_of_their_own(
    params: dict[str, Any], names: dict[str, str], run: str
) -> None:
    built = PROVIDER.build(a_request({**PLACE, **params}, **names))
    assert built.url == f"https://wandb.ai/ent/proj/runs/{run}"


PARENT = {"_wandb_run_id": "prun"}


@pytest.mark.parametrize(
    ("params", "context", "note"),
    [
        ({"id": "uid"}, PARENT, "the task itself logs to `uid`"),
        ({}, {**PARENT, "wandb_id": "cid"}, "the task itself logs to `cid`"),
        ({"run_mode": "shared", "id": "uid"}, PARENT, "the task itself logs to `uid`"),
        ({"run_mode": "shared", "id": "uid"}, {}, "the task logs to `uid`"),
        ({"run_mode": "shared"}, {}, "the task fails"),
        ({}, {**PARENT, "wandb_run_mode": "new"}, "asks for a new run"),
        ({"is_distributed": True, "run_mode": "new", "id": "uid"}, {}, "group is"),
        (
            {"is_distributed": True, "rank_scope": "worker", "worker_index": 1, "id": "uid"},
            {},
            "without the worker's suffix",
        ),
        ({}, {"wandb_id": "123"}, "as a number"),
        ({"id": "a:b"}, {}, "allows no run"),
    ],
)
def test_it_says_where_the_link_is_known_to_lead_elsewhere(
    params: dict[str, Any], context: dict[str, str], note: str
) -> None:
    built = PROVIDER.build(a_request({**PLACE, **params}, context=context))
    assert len(built.notes) == 1
    assert note in built.notes[0]


def test_it_says_nothing_of_an_ordinary_link() -> None:
    assert PROVIDER.build(a_request(PLACE)).notes == ()


def test_it_says_which_part_came_from_what() -> None:
    built = PROVIDER.build(a_request({"entity": "ent"}, context={"wandb_project": "cats"}))
    variables = {part.text: part.variable for part in built.parts if part.variable}
    assert variables == {"cats": "context.wandb_project", "r1abc": "runName", "act1": "actionName"}


@pytest.mark.parametrize("base", ["https://wandb.ai", "https://forge.coreweave.com/wandb"])
@pytest.mark.parametrize("mode", ["auto", "new"])
def test_it_identifies_its_own_links(base: str, mode: str) -> None:
    params = {"entity": "a b", "project": "p/é", "is_distributed": True, "run_mode": mode}
    found = PROVIDER.identify(PROVIDER.build(a_request({**params, "host": base})).url)
    assert found is not None
    assert found.base_url == base
    page = "groups" if mode == "new" else "runs"
    assert found.parts == {"entity": "a b", "project": "p/é", "id": "r1abc-act1", "page": page}
    assert found.runs == (("r1abc", "act1"),)


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(("entity", "project", "id"), NAMES)))
def test_it_identifies_any_name(params: dict[str, str]) -> None:
    assume(not {".", "..", "runs", "groups"} & set(params.values()))
    found = PROVIDER.identify(PROVIDER.build(a_request(params)).url)
    assert found is not None
    assert found.parts == {**params, "page": "runs"}


def test_it_identifies_what_the_browser_shows() -> None:
    found = PROVIDER.identify("https://wandb.ai/ent/proj/runs/r1-n0-n0/logs?nw=x#top")
    assert found is not None
    assert found.runs == (("r1", "n0-n0"), ("r1-n0", "n0"))


def test_it_reads_an_id_without_its_workers_suffix_first() -> None:
    found = PROVIDER.identify("https://wandb.ai/ent/proj/runs/r1-a0-worker-1")
    assert found is not None
    assert found.runs[0] == ("r1", "a0")


@pytest.mark.parametrize(
    "url",
    [
        "https://wandb.ai",
        "https://wandb.ai/ent/proj",
        "https://wandb.ai/ent/proj/runs",
        "https://wandb.ai/ent/proj/runs/",
        "https://wandb.ai//proj/runs/x",
        "https://wandb.ai/ent/proj/runs/a%00b",
        "https://wandb.ai/ent/proj/sweeps/s1",
        "javascript:/ent/proj/runs/x",
        "https://[/ent/proj/runs/x",
        "",
    ],
)
def test_it_identifies_nothing_else(url: str) -> None:
    assert PROVIDER.identify(url) is None


SOME_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
MAYBE = st.none() | st.just("") | SOME_TEXT
MODES = st.sampled_from(["auto", "new", "shared", "banana", "", None])
SCOPES = st.sampled_from(["global", "worker", "banana", "", None])
LINKS = st.builds(
    Wandb,
    host=st.sampled_from(["https://wandb.ai", "https://wandb.example.com/sub", "https://w.test/"]),
    project=MAYBE,
    entity=MAYBE,
    run_mode=MODES,
    rank_scope=SCOPES,
    id=MAYBE,
    _is_distributed=st.booleans(),
    _worker_index=st.none() | st.integers(0, 99),
)
KEYS = ("wandb_project", "wandb_entity", "wandb_id", "_wandb_run_id", "wandb_run_mode")
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, st.just("") | SOME_TEXT),
        "wandb_host": st.sampled_from(["", "https://h2"]),
    },
)


def encoded(link: Wandb, context: dict[str, str], call: dict[str, str]) -> tuple[Any, ...]:
    """The same inputs, each as W&B writes it: what the plugin would have to have been given."""

    def plain(value: str | None) -> str | None:
        return quote(value, safe="") if value else value

    def run_id(value: str | None) -> str | None:
        return quote(value, safe="=+&$@") if value else value

    ids = {"wandb_id", "_wandb_run_id"}
    quoted = {
        key: run_id(value) if key in ids else value if key == "wandb_host" else plain(value)
        for key, value in context.items()
    }
    same = replace(link, project=plain(link.project), entity=plain(link.entity), id=run_id(link.id))
    return same, quoted, {key: run_id(value) for key, value in call.items()}


@settings(max_examples=int(os.environ.get("LINKHUB_EXAMPLES", "500")), deadline=None)
@given(link=LINKS, context=CONTEXTS, run=SOME_TEXT, action=SOME_TEXT)
def test_it_agrees_with_the_plugin_but_for_encoding(
    link: Wandb, context: dict[str, str], run: str, action: str
) -> None:
    params = {KNOWN_AS.get(k, k): v for k, v in vars(link).items() if k != "name"}
    request = a_request(params, context=context, runname=run, actionname=action)
    same, quoted, names = encoded(link, context, {"run_name": run, "action_name": action})
    rest = dict.fromkeys(("project", "domain", "parent_action_name", "pod_name"), "")
    expected = same.get_link(**names, **rest, context=quoted)
    try:
        url = PROVIDER.build(request).url
    except MissingVariables as error:
        assume(not {"runName", "actionName"} & set(error.names))
        assert expected in {link.host, context.get("wandb_host")}
        return
    except Refused:
        assert {".", ".."} & set(expected.split("/"))
        return
    assert url == expected
