"""What the machine can say: few names, so that all meets, and every kind of fact and edit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from linkhub.runs.phases import Phase

RUNS = ("r1", "r2")
ACTIONS = ("a0", "x1", "x2")
TASKS = ("t1", "t2")
VERSIONS = ("", "v1")
KEYS = ("k1", "k2", "k3")
OWNERS = (None, "p")
TOOL = "lens"
HOSTS = ("https://lens.test", "https://one.test")

TEMPLATES = (
    "https://a.test/{{ .runName }}",
    "https://a.test/{{ .project }}/{{ .phase }}",
    "https://a.test/{{ .actionName }}/{{ .taskName }}",
    "https://a.test/{{ .podName }}/{{ .attempt }}",
    "https://a.test/{{ .context.w }}?team={{ .labels.team }}",
    "https://a.test/?to={{ .endTime | epoch }}",
    "https://one.test/{{ .context.w }}",
)
OF_A_TOOL = ("{{ .tool.base_url }}/{{ .runName }}", "{{ .tool.base_url }}/{{ .podName }}")
DEFINED = (*TEMPLATES, "https://{{ .context.w }}/x", *OF_A_TOOL)
OF_A_PROJECT = ("https://a.test/{{ .project }}", "https://one.test/")

phases = st.none() | st.sampled_from(
    [Phase(name) for name in ("queued", "initializing", "running", "succeeded", "failed")]
)
contexts = st.none() | st.sampled_from([{}, {"w": "one.test"}, {"w": "two"}, {"other": "1"}])
labels = st.sampled_from([{"team": "x"}, {"team": "y"}, {"team": None}])
ttls = st.sampled_from(["30s", "1h", "2d"])
rules = st.sampled_from(
    [
        {"variable": "context.w", "op": "exists"},
        {"variable": "podName", "op": "exists"},
        {"variable": "phase", "op": "equals", "value": "running"},
        {"variable": "taskName", "op": "equals", "value": "t1"},
    ]
)
selects = st.sampled_from(
    [
        *({},) * 5,
        {"task": "t1"},
        {"workflow": ["w1", "w3"]},
        {"phase": ["running", "failed"]},
        {"labels": {"team": "x"}},
        {"domain": "other"},
    ]
)
lifecycles = {
    "show_while_pending": st.booleans(),
    "hide_once_finished": st.booleans(),
    "ttl": ttls,
}


def given(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


levels = st.sampled_from(["project", "run", "action", "action", "attempt", "pod"])


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    level = draw(levels)
    template = draw(st.sampled_from(OF_A_PROJECT if level == "project" else DEFINED))
    document: dict[str, Any] = {"name": draw(st.sampled_from(["N", "M"])), "level": level}
    document |= {"template": template, "select": draw(selects)}
    if level != "project" and draw(st.integers(0, 2)) == 0:
        document["when"] = draw(
            given(all=st.lists(rules, max_size=1), any=st.lists(rules, max_size=2))
        )
    if "tool." in template or draw(st.integers(0, 5)) == 0:
        document["tool"] = TOOL
    return document | draw(given(**lifecycles, enabled=st.sampled_from([True] * 5 + [False])))


attached = st.fixed_dictionaries(
    {
        "key": st.sampled_from(KEYS),
        "name": st.sampled_from(["N", "M"]),
        "url": st.sampled_from([*TEMPLATES, "https://lens.test/plain"]),
    },
    optional={
        **lifecycles,
        "level": st.sampled_from(["run", "action", "attempt", "pod"]),
        "attempt": st.integers(1, 2),
        "pod": st.sampled_from(["p1", "p2"]),
    },
)


def _identity(link: dict[str, Any]) -> tuple[Any, ...]:
    return link["key"], link.get("attempt"), link.get("pod")


links = st.lists(attached, max_size=2, unique_by=_identity)

runs = given(
    workflow=st.sampled_from(["w1", "w2"]),
    version=st.sampled_from(["v1", ""]),
    phase=phases,
    context=contexts,
    labels=labels,
    started_at=st.just("now"),
    ended_at=st.sampled_from(["now", None]),
    reopened=st.sampled_from([False, False, True]),
    links=links,
)
pods = st.fixed_dictionaries(
    {"name": st.sampled_from(["p1", "p2"])},
    optional={
        "primary": st.booleans(),
        "worker_index": st.none() | st.integers(0, 2),
        "ended_at": st.sampled_from(["now", None]),
    },
)
attempts = st.fixed_dictionaries(
    {"number": st.integers(1, 2)},
    optional={
        "phase": phases,
        "started_at": st.just("now"),
        "ended_at": st.sampled_from(["now", None]),
        "pods": st.lists(pods, max_size=2, unique_by=lambda pod: pod["name"]),
    },
)
actions = given(
    parent=st.sampled_from(["", *ACTIONS]),
    task=st.sampled_from(TASKS),
    phase=phases,
    context=contexts,
    labels=labels,
    started_at=st.just("now"),
    ended_at=st.sampled_from(["now", None]),
    replaces_task_links=st.booleans(),
    reopened=st.sampled_from([False, False, True]),
    links=links,
    attempts=st.lists(attempts, max_size=2, unique_by=lambda attempt: attempt["number"]),
)
