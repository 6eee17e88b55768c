from typing import Any

import pytest

from linkhub.links.language import Failed, MissingVariables, Part
from linkhub.links.providers import Built, Request
from linkhub.links.providers.grafana_pod_logs import GrafanaPodLogs
from linkhub.links.resolving.resolve import UNDECIDED, resolve_unit
from tests.resolving.cases import (
    END,
    NOW,
    a_catalogue,
    a_definition,
    a_pod,
    a_run_unit,
    a_tool,
    a_unit,
    an_action,
    an_attempt,
    attached,
    one,
    resolve,
)

WANDB = {"provider": "wandb_run", "params": {"entity": "vision", "project": "cats"}}
PYTHON = {"provider": "python_link", "params": {"class": "a:B"}, "name": ""}


def state(unit: Any = None, *, policy: dict[str, Any] | None = None, **definition: Any) -> str:
    return one(unit or a_unit(), a_definition(**definition), **(policy or {})).state


# Each state, in the order in which it is decided.


def test_it_makes_no_link_where_nothing_is_selected() -> None:
    assert resolve(a_unit(), a_definition(select={"task": "other"}, template="javascript:x")) == []


def test_it_makes_no_link_where_the_rules_are_false() -> None:
    when = {"all": [{"variable": "taskID", "op": "equals", "value": "other"}]}
    assert resolve(a_unit(), a_definition(when=when, template="javascript:x")) == []


BAD = "ftp://x.test/{{ .context.a | epoch }}{{ .context.never }}"


@pytest.mark.parametrize(
    ("expected", "facts", "definition"),
    [
        ("hidden", {}, {"hide_once_finished": True, "ttl": END - END, "template": BAD}),
        ("expired", {}, {"ttl": END - END, "template": BAD}),
        ("missing", {}, {"template": BAD}),
        ("waiting", {"phase": "running"}, {"template": BAD}),
        ("failed", {}, {"template": "ftp://x.test/{{ .context.a | epoch }}"}),
        ("blocked", {}, {"template": "ftp://x.test/{{ .context.a }}"}),
        ("ready", {}, {"template": "https://x.test/{{ .context.a }}"}),
    ],
)
def test_it_decides_in_order(
    expected: str, facts: dict[str, Any], definition: dict[str, Any]
) -> None:
    action = an_action(**{"phase": "failed", "ended_at": END, "context": {"a": "b"}} | facts)
    assert state(a_unit(action), **definition) == expected


def test_it_names_what_it_waits_for() -> None:
    link = one(a_unit(), a_definition(template="https://x.test/{{ .podName }}/{{ .podUID }}"))
    assert (link.state, link.missing, link.url) == ("waiting", ("podName", "podUID"), "")
    assert link.reason == "Waiting for podName, podUID."


def test_it_names_what_never_came() -> None:
    definition = a_definition(template="https://x.test/{{ .context.wandb_id }}")
    link = one(a_unit(an_action(phase="failed")), definition)
    assert (link.state, link.missing) == ("missing", ("context.wandb_id",))
    assert link.reason == "context.wandb_id never came."


def test_it_says_which_rule_of_the_policy_refused() -> None:
    link = one(a_unit(), a_definition(template="ftp://x.test/"))
    assert (link.state, link.reason) == ("blocked", "scheme: the scheme ftp is not allowed")


def test_it_says_which_value_was_refused() -> None:
    unit = a_unit(an_action(context={"id": ".."}))
    link = one(unit, a_definition(template="https://x.test/{{ .context.id }}/"))
    assert (link.state, link.reason.partition(":")[0]) == ("blocked", "dot-segment")


# Hosts by origin.


@pytest.mark.parametrize(
    ("template", "policy", "expected"),
    [
        ("https://x.test/", {}, "ready"),
        ("https://x.test/", {"admin_hosts": ("*.corp",)}, "blocked"),
        ("{{ .context.host }}/x", {}, "blocked"),
        ("https://{{ .context.name }}/x", {}, "blocked"),
        ("{{ .context.host }}/x", {"variable_hosts": ("*.test",)}, "ready"),
        ("{{ .context.tool }}/x", {}, "ready"),
        ("{{ .context.override }}/x", {}, "ready"),
        ("{{ .context.evil }}/x", {"variable_hosts": ("*",)}, "blocked"),
        ("{{ .tool.base_url }}/x", {}, "ready"),
    ],
)
def test_it_judges_the_host_of_a_definition(
    template: str, policy: dict[str, Any], expected: str
) -> None:
    context = {
        "host": "https://var.test",
        "name": "var.test",
        "tool": "https://grafana.test",
        "override": "https://gpu.test",
        "evil": "javascript:alert(1)//",
    }
    overrides = ({"cluster": "gpu-*", "base_url": "https://gpu.test/"},)
    tools = (a_tool("grafana", overrides=overrides),)
    definition = a_definition(template=template, tool="grafana")
    link = one(a_unit(an_action(context=context)), definition, tools=tools, **policy)
    assert link.state == expected


def at_host(host: str) -> dict[str, Any]:
    return {
        "provider": "wandb_run",
        "params": {"entity": "vision", "project": "cats", "host": host},
    }


@pytest.mark.parametrize(
    ("body", "expected", "origin"),
    [
        ({"url": "https://wiki.corp/x"}, "ready", "attached"),
        ({"url": "https://evil.test/x"}, "blocked", "attached"),
        ({"url": "{{ .context.host }}/x"}, "blocked", "variable"),
        (WANDB, "ready", "admin"),
        (at_host("https://evil.test"), "blocked", "attached"),
        (at_host("https://w.test.evil"), "blocked", "attached"),
        (at_host("{{ .context.host }}"), "blocked", "variable"),
    ],
)
def test_it_judges_the_host_of_an_attached_link(
    body: dict[str, Any], expected: str, origin: str
) -> None:
    action = an_action(attached=(attached(**body),), context={"host": "https://wiki.corp"})
    tools = (a_tool("wandb", base_url="https://w.test"),)
    link = one(a_unit(action), tools=tools, attached_hosts=("*.corp",))
    assert (link.state, link.host_origin) == (expected, origin)


# What a link carries.


def test_it_carries_what_the_definition_says() -> None:
    definition = a_definition(
        description="About",
        group="Logs",
        position=3,
        icon="loki",
        link_type="logs",
        new_tab=False,
        project="flytesnacks",
    )
    link = one(a_unit(), definition)
    assert (link.key, link.name, link.level, link.layer) == ("k", "Link", "action", "project")
    assert (link.description, link.group, link.position) == ("About", "Logs", 3)
    assert (link.icon, link.link_type, link.new_tab, link.definition_id) == (
        "loki",
        "logs",
        False,
        30,
    )


def test_it_carries_what_the_attached_link_says() -> None:
    body = {"icon": "https://x.test/i.svg", "link_type": "ide", "message_format": "json"}
    link = one(a_unit(an_action(attached=(attached(**body),))))
    assert (link.icon, link.link_type, link.message_format) == (*body.values(),)
    assert (link.name, link.layer, link.definition_id) == ("Attached", "override", None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": "Own", **WANDB}, "Own"),
        ({"name": "", **WANDB}, "W&B run"),
        ({"name": ""}, "k"),
        ({"name": "{{ .taskID }} of {{ .runName }}"}, "train_model of r7"),
        ({"name": "<b>{{ .context.a }}</b>"}, "<b>x y</b>"),
    ],
)
def test_it_names_the_link(given: dict[str, Any], name: str) -> None:
    assert one(a_unit(an_action(context={"a": "x y"})), a_definition(**given)).name == name


def test_a_link_does_not_wait_for_its_name() -> None:
    name = "{{ .taskID }} on {{ .podName }}[[ ({{ .podUID }})]]"
    link = one(a_unit(), a_definition(name=name))
    assert (link.state, link.name) == ("ready", "train_model on …")


def test_it_has_the_icon_of_its_provider_where_it_has_none() -> None:
    assert one(a_unit(), a_definition(**WANDB)).icon == "wandb"


def test_it_passes_on_what_a_provider_has_to_say() -> None:
    unit = a_unit(an_action(context={"_wandb_run_id": "prun", "wandb_id": "own"}))
    link = one(unit, a_definition(**WANDB))
    assert link.url == "https://wandb.ai/vision/cats/runs/prun"
    assert "own" in link.notes[0]


# Providers and parameters.


def test_it_fills_parameters_before_the_provider_sees_them() -> None:
    params = {"entity": "{{ .context.team }}", "project": "cats", "id": "{{ .runName }}"}
    unit = a_unit(an_action(context={"team": "a b"}))
    assert one(unit, a_definition(provider="wandb_run", params=params)).url == (
        "https://wandb.ai/a%20b/cats/runs/r7"
    )


def test_it_waits_for_what_a_parameter_needs() -> None:
    params = {"entity": "{{ .context.team }}", "project": "{{ .context.team }}"}
    link = one(a_unit(), a_definition(provider="wandb_run", params=params))
    assert (link.state, link.missing) == ("waiting", ("context.team",))


def test_a_template_reads_its_parameters() -> None:
    params = {"panel": 3, "pod": "{{ .podName }}", "on": True, "off": None}
    template = "https://x.test/?p={{ .params.panel }}&on={{ .params.on }}"
    assert one(a_unit(), a_definition(template=template, params=params)).url == (
        "https://x.test/?p=3&on=true"
    )


def test_a_template_waits_for_what_is_behind_a_parameter() -> None:
    template = "https://x.test/{{ .params.pod }}/{{ .params.no }}"
    params = {"pod": "{{ .podName }}"}
    link = one(a_unit(), a_definition(template=template, params=params))
    assert link.missing == ("podName", "params.no")


def test_a_pods_logs_and_a_runs_logs_are_links_of_grafana() -> None:
    tools = (a_tool("grafana"),)
    pods = an_action(attempts=(an_attempt(1, a_pod("p", started_at=NOW)),))
    logs = a_definition(level="pod", provider="grafana_pod_logs")
    all_logs = a_definition(level="run", provider="grafana_workflow_logs")
    for link in (one(a_unit(pods), logs, tools=tools), one(a_run_unit(), all_logs, tools=tools)):
        assert (link.state, link.tool) == ("ready", "grafana")
        assert link.url.startswith("https://grafana.test/explore?")


def test_the_mistake_of_a_provider_fails_its_link_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GrafanaPodLogs, "build", lambda self, request: request.params["nothing"])
    bad, good = resolve(a_unit(), a_definition("a", provider="grafana_pod_logs"), a_definition("b"))
    assert (bad.state, bad.reason) == ("failed", "KeyError: 'nothing'")
    assert good.state == "ready"


@pytest.mark.parametrize(
    ("definition", "what"),
    [
        ({"provider": "wandb_rum"}, "did you mean `wandb_run`"),
        ({"template": "https://x.test/{{ .podNam }}"}, "did you mean `podName`"),
        ({"template": ""}, "empty"),
        ({"select": {"project": 7}}, "must be a string"),
        ({"provider": "wandb_run", "params": {"id": "{{ nothing }}"}}, "unknown variable"),
        ({"name": "{{ nothing }}"}, "unknown variable"),
        ({"tool": "gone"}, "There is no tool `gone`."),
    ],
)
def test_what_does_not_compile_fails_and_says_why(definition: dict[str, Any], what: str) -> None:
    link = one(a_unit(), a_definition(**definition))
    assert link.state == "failed"
    assert what in link.reason


# Python classes.


def test_a_python_class_is_left_to_the_worker() -> None:
    link = one(a_unit(), a_definition(**PYTHON))
    assert (link.state, link.url, link.provider) == (UNDECIDED, "", "python_link")


def test_everything_else_of_a_python_class_is_decided_without_it() -> None:
    unit = a_unit(an_action(phase="failed", ended_at=END))
    assert one(unit, a_definition(hide_once_finished=True, **PYTHON)).state == "hidden"
    assert one(unit, a_definition(ttl=END - END, **PYTHON)).state == "expired"
    assert resolve(unit, a_definition(select={"task": "x"}, **PYTHON)) == []


def built(url: str, **more: Any) -> Built:
    return Built(url, (Part(url, None),), name="Theirs", icon="i", **more)


def run_python(answer: Built | Exception, unit: Any = None, **definition: Any) -> Any:
    calls: list[Request] = []

    def python(request: Request) -> Built:
        calls.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    catalogue = a_catalogue(a_definition(**PYTHON | definition))
    (link,) = resolve_unit(unit or a_unit(), catalogue, now=NOW, python=python)
    return link, calls


def test_a_worker_gives_the_url_of_a_python_class() -> None:
    link, calls = run_python(built("https://x.test/"))
    assert (link.state, link.url) == ("ready", "https://x.test/")
    assert (link.name, link.icon) == ("Theirs", "i")
    assert calls[0].params == {"class": "a:B"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (built("https://x.test/", origin_is_variable=True), "blocked"),
        (built("javascript:alert(1)"), "blocked"),
        (built(""), "waiting"),
        (MissingVariables(("podName",)), "waiting"),
        (Failed("it took too long"), "failed"),
        (RuntimeError("broken pipe"), "failed"),
    ],
)
def test_the_answer_of_a_python_class_is_judged(answer: Any, expected: str) -> None:
    assert run_python(answer)[0].state == expected


def test_a_hidden_python_class_is_not_run() -> None:
    unit = a_unit(an_action(phase="failed"))
    assert run_python(built("https://x.test/"), unit, hide_once_finished=True)[1] == []


def test_it_resolves_a_template_of_any_stored_length() -> None:
    long = f"https://a.example.com/{{{{ .runName }}}}?q={'x' * 9_000}"
    link = one(a_unit(an_action()), a_definition(template=long))
    assert (link.state, "characters" in link.reason) == ("blocked", True)
