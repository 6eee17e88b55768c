from datetime import UTC, datetime

import pytest

from linkhub.links.language import (
    Failed,
    MissingVariables,
    OpenEnd,
    Part,
    Refused,
    Rendered,
    TemplateError,
    Values,
    compile_template,
    compile_text,
)

NOW = datetime(2024, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
PLAIN = {
    "podname": "my pod/1",
    "runname": "r1",
    "hostname": "",
    "taskretryattempt": 0,
    "podunixstarttime": NOW,
    "podrfc3339starttime": NOW,
    "endtime": OpenEnd(NOW),
    "raycluster": "ray-1",
    "executionorg": None,
}
MAPS = {
    "context": {"id": "a=b&c", "host": "https://evil.test", "sub": "eu", "empty": "", "dot": ".."},
    "tool": {"base_url": "https://g.test/sub", "region": "eu-1", "scheme": "https"},
    "taskconfig": {"k": "{{ .podName }}"},
}
VALUES = Values(PLAIN, MAPS)


def render(source: str, *, safe: str = "") -> Rendered:
    return compile_template(source, safe=safe).render(VALUES)


def url(source: str) -> str:
    return render(source).url


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://h/{{ .podName }}", "https://h/my%20pod%2F1"),
        ("https://h/?q={{ .context.id }}", "https://h/?q=a%3Db%26c"),
        ("https://h/?{{ .context.id }}=1", "https://h/?a%3Db%26c=1"),
        ("https://h/#/{{ .podName }}?x={{ .context.id }}", "https://h/#/my%20pod%2F1?x=a%3Db%26c"),
        ("https://h:{{ .taskRetryAttempt }}/", "https://h:0/"),
        ("https://h/{{ .taskConfig.k }}", "https://h/%7B%7B%20.podName%20%7D%7D"),
        ("https://h/{{ variables.rayCluster }}", "https://h/ray-1"),
        ("https://h/a|b{x}/é", "https://h/a|b{x}/é"),
        (" \n https://h/{{ .runName }}\n", "https://h/r1"),
        ("{{ tool.base_url }}/{{ .runName }}", "https://g.test/sub/r1"),
        ("https://h/?u={{ tool.base_url }}", "https://h/?u=https%3A%2F%2Fg.test%2Fsub"),
        ("https://h/{{ .podName | raw }}", "https://h/my pod/1"),
    ],
)
def test_it_encodes_each_value_by_where_it_stands(source: str, expected: str) -> None:
    assert url(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://h/{{ .podUnixStartTime }}", "https://h/1704164645"),
        ("https://h/{{ .podRFC3339StartTime }}", "https://h/2024-01-02T03%3A04%3A05Z"),
        ("https://h/{{ .podUnixStartTime | slice(0, 4) }}", "https://h/1704"),
        ("https://h/{{ .podRFC3339StartTime | epoch_ms }}", "https://h/1704164645678"),
        ("https://h/{{ .endTime | shift('5m') | epoch_ms('now') }}", "https://h/now"),
    ],
)
def test_it_writes_times(source: str, expected: str) -> None:
    assert url(source) == expected


def test_it_notes_when_now_went_in() -> None:
    template = compile_template("https://h/{{ .endTime }}")
    assert template.depends_on_now
    assert template.render(VALUES).depends_on_now
    assert not render("https://h/{{ .endTime | epoch('now') }}").depends_on_now
    assert not render("https://h/{{ .podUnixStartTime }}").depends_on_now


@pytest.mark.parametrize(
    ("source", "from_variable"),
    [
        ("https://h/{{ .runName }}", False),
        ("https://h:{{ .taskRetryAttempt }}/", False),
        ("{{ .context.host }}/{{ .runName }}", True),
        ("{{ tool.base_url }}/{{ .runName }}", False),
        ("{{ tool.scheme }}://{{ .context.sub }}.test/", True),
        ("{{ tool.scheme }}://g.test/", True),
        ("{{ tool.base_url }}.{{ .context.sub }}.test/", True),
        ("https://{{ tool.region }}.aws.test/", False),
        ("https://{{ .context.sub }}.wandb.test/", True),
        ("https://{{ .context.none | default('us') }}.wandb.test/", False),
        ("https://{{ .context.none | default(.context.sub) }}.wandb.test/", True),
        ("{{ .context.none | default('https://wandb.ai') }}/{{ .runName }}", False),
        ("{{ .context.none | default(tool.base_url) }}/{{ .runName }}", False),
    ],
)
def test_it_says_whether_a_run_chose_the_host(source: str, from_variable: bool) -> None:
    assert render(source).host_from_variable is from_variable


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("https://{{ .podName }}.test/", "host"),
        ("https://h:{{ .runName }}/", "port"),
        ("https://h/{{ .context.dot }}/x", "dot-segment"),
        ("https://h/.{{ .context.none | default('.') }}", "dot-segment"),
        ("https://h/%2e{{ .context.none | default('.') }}?x", "dot-segment"),
        ("https://h/#/{{ .context.dot }}", "dot-segment"),
        ("https://h/x?u={{ .context.none | default('//evil.test') | raw }}", "raw-value"),
        ("https://h/x?u={{ .context.none | default('JavaScript:x') | raw }}", "raw-value"),
    ],
)
def test_it_refuses_values_that_would_lead_elsewhere(source: str, rule: str) -> None:
    with pytest.raises(Refused) as caught:
        render(source)
    assert caught.value.rule == rule


def test_it_names_all_that_is_missing_in_order() -> None:
    source = "https://h/{{ .nodeName }}/{{ .context.no }}/{{ .hostname }}/{{ .nodeName }}"
    with pytest.raises(MissingVariables) as caught:
        url(source)
    assert caught.value.names == ("nodeName", "context.no", "hostname")


def test_it_names_every_variable_it_tried() -> None:
    with pytest.raises(MissingVariables) as caught:
        url("https://h/{{ .context.empty | default(.executionOrg) }}")
    assert caught.value.names == ("context.empty", "executionOrg")


def test_it_waits_before_it_fails_and_fails_before_it_refuses() -> None:
    refused, failed = "https://{{ .podName }}.test/", "{{ .runName | epoch }}"
    with pytest.raises(Failed, match="not a time"):
        url(refused + failed)
    with pytest.raises(MissingVariables):
        url(refused + failed + "{{ .hostname }}")


def test_it_falls_back_where_a_filter_leaves_nothing() -> None:
    assert url("https://h/{{ .runName | regex('x.*') | default('none') }}") == "https://h/none"
    with pytest.raises(Failed, match="`regex` left nothing of `runName`"):
        url("https://h/{{ .runName | regex('x.*') }}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://h/[[x/{{ .hostname }}]]", "https://h/"),
        ("https://h/[[x/{{ .runName }}]]", "https://h/x/r1"),
        ("https://h/?a=1[[&b={{ .hostname }}-{{ .runName }}]]&c=2", "https://h/?a=1&c=2"),
        ("https://h/[[?a={{ .hostname }}]][[&b={{ .runName }}]]", "https://h/?b=r1"),
        ("https://h/[[?a={{ .runName }}]][[?b={{ .runName }}]]", "https://h/?a=r1&b=r1"),
        ("https://h/[[?a={{ .hostname }}]]#x", "https://h/#x"),
        ("https://h/[[?a={{ .hostname }}]][[#{{ .runName }}]]", "https://h/#r1"),
        ("https://h/#/x[[&b={{ .runName }}]]", "https://h/#/x&b=r1"),
        ("https://h/[[{{ .runName | regex('x') }}]]", "https://h/"),
    ],
)
def test_it_drops_optional_pieces_without_their_variables(source: str, expected: str) -> None:
    assert url(source) == expected


def test_it_does_not_note_what_a_dropped_piece_read() -> None:
    assert not render("https://h/[[{{ .endTime }}{{ .hostname }}]]").depends_on_now


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("ht{{ .runName }}://h/", 3, "a URL begins with a scheme"),
        ("https:/{{ .runName | raw }}", 8, "a URL begins with a scheme"),
        ("https://{{ .runName | raw }}/", 23, "`raw` may not stand in the scheme or host"),
        ("{{ .runName | raw }}/", 15, "`raw` may not stand"),
        ("https://h{{ .runName | cloudwatch }}/", 24, "`cloudwatch` may not stand"),
        ("https://h/{{ .runName | raw | lower }}", 25, "`raw` must come last"),
        ("https://h/{{ .runName | gzip }}", 25, "`gzip` needs `base64` after it"),
        ("https://h/{{ .runName | slice }}", 25, "`slice` takes one or two whole numbers"),
        ("https://h/{{ .runName | regex('(a') }}", 25, "`regex` has a pattern"),
        ("https://[[{{ .runName }}.]]h/", 9, "an optional piece may not stand"),
        ("https://h/[[?a={{ .runName }}]]&b=1", 32, "put what is fixed first"),
        ("https://h/[[?a={{ .runName }}]][[/{{ .runName }}]]", 32, "must begin with"),
        ("", 1, "empty"),
        ("  {{ nope }}", 6, "unknown variable"),
        ("https://h/" + "x" * 8_000, 8_001, "8000 are allowed"),
    ],
)
def test_it_refuses_to_compile_what_cannot_be_right(source: str, column: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_template(source)
    assert message in str(caught.value)
    assert caught.value.column == column


def test_it_widens_what_is_safe_in_a_path_only() -> None:
    source = "https://h/{{ .context.id }}?q={{ .context.id }}"
    assert render(source, safe="=&").url == "https://h/a=b&c?q=a%3Db%26c"
    with pytest.raises(ValueError, match="can be safe"):
        compile_template(source, safe="/")


def test_it_gives_the_parts_for_a_preview() -> None:
    parts = render("https://h/{{ .runName }}[[?a={{ .hostname }}]]#x").parts
    assert parts == (Part("https://h/", None), Part("r1", "runName"), Part("#x", None))


def test_it_lists_its_variables_in_their_own_spelling() -> None:
    template = compile_template('https://h/{{ $PODNAME | default(context["a b"]) }}')
    assert template.variables == {"podName", 'context["a b"]'}


def test_it_puts_values_into_texts_as_they_are() -> None:
    text = compile_text("Logs of {{ .podName }}[[ ({{ .hostname }})]] {")
    assert text.render(VALUES) == "Logs of my pod/1 {"
    assert text.fill(VALUES).host_from_variable
    assert not compile_text("{{ tool.base_url }}").fill(VALUES).host_from_variable
    with pytest.raises(MissingVariables):
        compile_text("{{ .hostname }}").render(VALUES)


def test_it_answers_for_one_variable() -> None:
    assert VALUES.get(".podName") == "my pod/1"
    assert VALUES.get("context['id']") == "a=b&c"
    assert VALUES.get("taskRetryAttempt") == 0
    assert VALUES.get("hostname") is None
    with pytest.raises(TemplateError):
        VALUES.get("no such")


def test_it_keeps_compiled_templates() -> None:
    assert compile_template("https://h/{{a0}}".replace("a0", "runName")) is compile_template(
        "https://h/{{runName}}"
    )
