"""What a preset's file can say."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links import providers
from linkhub.links.language.errors import Failed, LanguageError, MissingVariables, Refused
from linkhub.links.providers import ToolFacts
from linkhub.links.providers.preset import Preset
from linkhub.links.providers.preset_files import FOLDER, read, spec_of
from tests.providers.factories import END, NAMES, OPEN, START, a_request

EXAMPLES = int(os.environ.get("LINKHUB_EXAMPLES", "150"))
ABOUT = {
    "label": "Test",
    "group": "Logs",
    "icon": "test",
    "tool_kind": "test",
    "level": "pod",
    "help": "A test.",
    "versions": "all",
    "source": "here",
}
BASE = "{{ tool.base_url }}"
TOOL = ToolFacts("t", "test", "https://tool.test/sub/", {"region": "eu"})


def a_preset(template: str, parameters: dict[str, Any] | None = None, **more: Any) -> Preset:
    named = {
        name: {"label": name} | ({"default": each} if isinstance(each, str) else each)
        for name, each in (parameters or {}).items()
    }
    given = {"template": template} if "templates" not in more else {}
    return Preset(spec_of("test", {**ABOUT, **given, "parameters": named, **more}))


def url_of(preset: Preset, params: dict[str, Any] | None = None, **more: Any) -> str:
    return preset.build(a_request(params, tool=more.pop("tool", TOOL), **more)).url


def test_it_puts_the_tools_address_before_its_path() -> None:
    assert url_of(a_preset(f"{BASE}/x/{{{{ podName }}}}")) == "https://tool.test/sub/x/r1abc-act1-0"


def test_it_joins_the_lines_of_a_template() -> None:
    assert url_of(a_preset(f"\n{BASE}/x\n  ?a=1\n&b=2\n")) == "https://tool.test/sub/x?a=1&b=2"


def test_it_takes_its_own_address_without_a_tool() -> None:
    preset = a_preset(f"{BASE}/x", base_url="https://own.test")
    assert (url_of(preset, tool=None), preset.default_base_url) == (
        "https://own.test/x",
        "https://own.test",
    )


def test_it_waits_for_an_address() -> None:
    with pytest.raises(MissingVariables) as error:
        url_of(a_preset(f"{BASE}/x"), tool=None)
    assert error.value.names == ("tool.base_url",)


def test_it_takes_a_parameter_then_the_setting_then_the_default() -> None:
    preset = a_preset(
        f"{BASE}/{{{{ params.region }}}}", {"region": {"setting": True, "default": "us"}}
    )
    assert url_of(preset, {"region": "ap"}).endswith("/ap")
    assert url_of(preset).endswith("/eu")
    assert url_of(preset, tool=ToolFacts("t", "test", "https://t.test")).endswith("/us")


def test_it_waits_for_what_a_default_needs() -> None:
    preset = a_preset(f"{BASE}/{{{{ params.id }}}}", {"id": "{{ context.some_id }}"})
    assert url_of(preset, context={"some_id": "7"}).endswith("/7")
    with pytest.raises(MissingVariables) as error:
        url_of(preset)
    assert error.value.names == ("context.some_id",)


def test_it_waits_for_a_parameter_without_a_default() -> None:
    with pytest.raises(MissingVariables) as error:
        url_of(a_preset(f"{BASE}/{{{{ params.id }}}}", {"id": {}}))
    assert error.value.names == ("params.id",)


def test_it_leaves_an_optional_piece_out() -> None:
    preset = a_preset(f"{BASE}/x[[?id={{{{ params.id }}}}]]", {"id": "{{ context.some_id }}"})
    assert url_of(preset).endswith("/x")


def test_it_chooses_among_templates() -> None:
    preset = a_preset(
        "",
        {"version": {"default": "2", "choices": ["2", "1"], "setting": True}},
        templates={"2": f"{BASE}/new", "1": f"{BASE}/old"},
        choose="version",
    )
    assert url_of(preset).endswith("/new")
    assert url_of(preset, {"version": "1"}).endswith("/old")
    with pytest.raises(Failed, match="must be 2 or 1"):
        url_of(preset, {"version": "3"})


def test_it_holds_a_parameter_to_its_pattern() -> None:
    preset = a_preset(f"{BASE}/{{{{ params.id }}}}", {"id": {"pattern": "[0-9]+"}})
    assert url_of(preset, {"id": 7}).endswith("/7")
    with pytest.raises(Failed, match="must match"):
        url_of(preset, {"id": "7\n"})


def test_it_keeps_what_its_tool_keeps() -> None:
    preset = a_preset(
        f"{BASE}/x?p={{{{ params.p }}}}&q={{{{ params.p }}}}",
        {"p": {}},
        plain={"params.p": "/: "},
    )
    assert url_of(preset, {"p": "a/b:c d%2F+é"}).endswith(
        "p=a/b:c+d%252F%2B%C3%A9&q=a/b:c+d%252F%2B%C3%A9"
    )


def test_it_refuses_a_segment_that_leads_elsewhere() -> None:
    preset = a_preset(f"{BASE}/x/{{{{ params.p }}}}", {"p": {}}, plain={"params.p": "/"})
    with pytest.raises(Refused):
        url_of(preset, {"p": "a/../b"})


def test_it_widens_its_time() -> None:
    preset = a_preset(
        f"{BASE}/x?from={{{{ startTime | epoch }}}}&to={{{{ endTime | epoch('now') }}}}",
        padding="5m",
    )
    before, after = START - timedelta(minutes=5), END + timedelta(minutes=5)
    assert url_of(preset).endswith(f"from={before.timestamp():.0f}&to={after.timestamp():.0f}")
    exact = url_of(preset, {"padding": "0"}, podrfc3339finishtime=OPEN)
    assert exact.endswith(f"from={START.timestamp():.0f}&to=now")


def test_it_waits_for_a_start() -> None:
    preset = a_preset(f"{BASE}/x?from={{{{ startTime | epoch }}}}", padding="5m")
    with pytest.raises(MissingVariables) as error:
        url_of(preset, podrfc3339starttime=None, runstarttime=None, starttime=None)
    assert error.value.names == ("startTime",)


HOSTED = a_preset(f"{BASE}/x", {"h": "{{ hostname }}"}, base_url="https://{{ params.h }}.test")


def test_it_says_whose_the_host_is() -> None:
    written = HOSTED.build(a_request({"h": "a"}))
    assert (written.url, written.origin_is_variable) == ("https://a.test/x", False)
    assert HOSTED.build(a_request(hostname="b")).origin_is_variable
    assert HOSTED.build(a_request({"h": "a"}, variable_params=frozenset({"h"}))).origin_is_variable
    assert not HOSTED.build(a_request(hostname="b", tool=TOOL)).origin_is_variable


def test_it_never_lets_a_value_into_the_host() -> None:
    with pytest.raises(Refused):
        HOSTED.build(a_request({"h": "evil.test/"}))


def test_it_says_which_part_came_from_what() -> None:
    built = a_preset(f"{BASE}/x/{{{{ podName }}}}").build(a_request(tool=TOOL))
    assert {part.text: part.variable for part in built.parts} == {
        "https://tool.test/sub": "tool.base_url",
        "/x/": None,
        "r1abc-act1-0": "podName",
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"template": "https://x.test/"}, "begins with"),
        ({"unknown": 1}, "unknown"),
        ({"level": "galaxy"}, "galaxy"),
        ({"parameters": {"a": {"label": "A", "defualt": "x"}}}, "unknown defualt"),
    ],
)
def test_it_refuses_a_wrong_file(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Preset(spec_of("test", {**ABOUT, "template": f"{BASE}/x", **more}))


def test_it_reads_every_file_of_the_folder() -> None:
    kinds = {one.kind for one in providers.all()}
    assert {path.stem for path in FOLDER.iterdir()} <= kinds
    assert read(Path(FOLDER / "mlflow_run.toml")).kind == "mlflow_run"


PRESETS = [each for each in providers.all() if isinstance(each, Preset)]
# Where a tool joins two values by one of these, more than one pair can have given the outcome.
JOINTS = frozenset(":!|")
PLAIN_NAMES = NAMES.filter(lambda name: name not in {".", ".."} and not JOINTS & set(name))


@st.composite
def asks(draw: st.DrawFn) -> tuple[Preset, dict[str, str], dict[str, str]]:
    preset = draw(st.sampled_from(PRESETS))
    params = {
        each.name: draw(st.sampled_from(each.choices))
        if each.choices
        else each.example or each.default
        if each.pattern
        else draw(PLAIN_NAMES)
        for each in preset.parameters
        if each.name != "padding"
    }
    names = ("runname", "podname", "namespace", "actionname", "taskid", "workflow")
    return preset, params, {name: draw(PLAIN_NAMES) for name in names}


@settings(max_examples=EXAMPLES, deadline=None)
@given(asks())
def test_it_gives_back_whatever_went_in(
    ask: tuple[Preset, dict[str, str], dict[str, str]],
) -> None:
    preset, params, names = ask
    tool = ToolFacts("t", preset.tool_kind, "https://tool.test")
    try:
        url = preset.build(a_request(params, tool=tool, **names)).url
    except LanguageError:
        return
    found = preset.identify(url)
    assert found is not None
    again = preset.build(
        a_request({**params, **found.parts}, tool=tool, **names)  # what it read, asked again
    )
    assert again.url == url


def test_it_keeps_no_sign_plain_that_could_end_a_part_of_a_url() -> None:
    for preset in PRESETS:
        signs = "".join(preset.spec.plain.values())
        assert not set(signs) & set('&#?=%+\\"<>'), preset.kind


def test_it_names_the_variable_behind_a_parameter() -> None:
    parameters = {
        "id": "{{ context.no_id | default(context.some_id) }}",
        "region": {"setting": True},
        "own": {},
    }
    preset = a_preset(
        f"{BASE}/{{{{ params.id }}}}/{{{{ params.region }}}}/{{{{ params.own }}}}", parameters
    )
    built = preset.build(a_request({"own": "o"}, tool=TOOL, context={"some_id": "7"}))
    named = {part.text: part.variable for part in built.parts if part.text != "/"}
    assert named == {
        "https://tool.test/sub": "tool.base_url",
        "7": "context.some_id",
        "eu": "tool.region",
        "o": None,
    }
