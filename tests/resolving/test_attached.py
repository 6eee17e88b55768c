import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resolving.cases import a_tool, a_unit, an_action, attached, one


def shown(url: str, **action: object) -> tuple[str, str]:
    link = one(a_unit(an_action(attached=(attached(url=url),), **action)))
    return link.state, link.url


@pytest.mark.parametrize(
    "url",
    [
        "https://wandb.ai",
        "https://x.test/[[a]]/b",
        "https://x.test/?q=[[&p={x}]]",
        "https://x.test/%7B%7B.runName%7D%7D",
        "https://x.test/a%2Fb?c=d%20e#f",
        "https://x.test/{{.noSuchVariable}}",
        "https://x.test/{{.podName|nofilter}}",
        "https://x.test/{{-.podName-}}",
        "https://x.test/{{",
        "https://x.test/}}{{}}",
    ],
)
def test_what_came_rendered_is_shown_as_it_came(url: str) -> None:
    assert shown(url) == ("ready", url)


def test_it_says_so_where_something_in_it_looks_like_a_template() -> None:
    link = one(a_unit(an_action(attached=(attached(url="https://x.test/{{.podNam}}"),))))
    assert "unknown variable `podNam`; did you mean `podName`?" in link.notes[0]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_a_url_without_a_placeholder_is_never_changed(path: str) -> None:
    url = f"https://x.test/{path}".replace("{{", "{")
    assert shown(url)[1] == url


@given(st.text(max_size=60))
def test_no_text_breaks_it(url: str) -> None:
    assert shown(url)[0] in {"ready", "blocked", "waiting", "failed"}
    assert shown("{{" + url)[0] in {"ready", "blocked", "waiting", "failed"}


def test_a_url_that_is_a_template_is_filled_in() -> None:
    assert shown("https://x.test/{{.runName}}") == ("ready", "https://x.test/r7")
    assert shown("https://x.test/{{.podName}}") == ("waiting", "")


def test_a_value_is_not_a_template_again() -> None:
    context = {"a": "{{.runName}}"}
    state, url = shown("https://x.test/{{.context.a}}", context=context)
    assert (state, url) == ("ready", "https://x.test/%7B%7B.runName%7D%7D")


def test_what_came_rendered_is_judged_by_the_policy() -> None:
    assert shown("javascript:alert(1)")[0] == "blocked"
    assert shown("//evil.test/")[0] == "blocked"
    assert shown("https://x.test/{{ .no such }}")[0] == "blocked"


@pytest.mark.parametrize(("phase", "state"), [("running", "waiting"), ("failed", "missing")])
def test_an_empty_url_waits(phase: str, state: str) -> None:
    link = one(a_unit(an_action(phase=phase, attached=(attached(url=""),))))
    assert (link.state, link.missing, link.reason) == (state, (), "It came without an address.")


def test_a_name_that_is_no_template_is_shown_as_it_came() -> None:
    names = {"Logs {{ .runName }}": "Logs r7", "{{ x }} [[y]]": "{{ x }} [[y]]", "[[a]]": "[[a]]"}
    for source, name in names.items():
        assert one(a_unit(an_action(attached=(attached(name=source),)))).name == name


def test_a_parameter_that_is_no_template_goes_in_as_it_came() -> None:
    params = {"entity": "e", "project": "p", "id": "{{ x }}"}
    link = one(a_unit(an_action(attached=(attached(provider="wandb_run", params=params),))))
    assert link.url == "https://wandb.ai/e/p/runs/%7B%7B%20x%20%7D%7D"


def test_numbers_and_truth_values_are_parameters_too() -> None:
    params = {
        "entity": "e",
        "project": "p",
        "is_distributed": True,
        "worker_index": 2,
        "rank_scope": "worker",
        "host": None,
        "id": 1.5,
    }
    link = one(a_unit(an_action(attached=(attached(provider="wandb_run", params=params),))))
    assert link.url == "https://wandb.ai/e/p/runs/1.5-worker-2"


def test_an_unknown_provider_fails() -> None:
    link = one(a_unit(an_action(attached=(attached(provider="wandb"),))))
    assert (link.state, "unknown provider" in link.reason) == ("failed", True)


@pytest.mark.parametrize(
    ("body", "tool"),
    [
        ({"url": "https://grafana.test/d/x"}, "grafana"),
        ({"url": "https://GRAFANA.test:443/d/x"}, "grafana"),
        ({"url": "https://grafana.test:8443/d/x"}, ""),
        ({"url": "https://shared.test/b/x"}, "b"),
        ({"url": "https://shared.test/c/x"}, "long"),
        ({"url": "https://grafana.test/{{ .podName }}"}, "grafana"),
        ({"url": "https://else.test/"}, ""),
        ({"provider": "wandb_run", "params": {}}, "wandb"),
        (
            {
                "provider": "wandb_run",
                "params": {"host": "https://grafana.test", "entity": "e", "project": "p"},
            },
            "grafana",
        ),
    ],
)
def test_its_tool_is_found_by_host_else_by_kind(body: dict[str, object], tool: str) -> None:
    tools = (
        a_tool("grafana"),
        a_tool("wandb"),
        a_tool("b", base_url="https://shared.test/b"),
        a_tool("long", base_url="https://shared.test/long/er"),
    )
    assert one(a_unit(an_action(attached=(attached(**body),))), tools=tools).tool == tool
