"""What no value can do, whatever the template. `LINKHUB_EXAMPLES=20000` looks harder."""

import os
import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links.language import (
    Failed,
    LanguageError,
    Refused,
    Rendered,
    TemplateError,
    Values,
    compile_template,
    compile_text,
)
from linkhub.links.language.parser import parse
from linkhub.links.language.syntax import Node, print_nodes

EXAMPLES = int(os.environ.get("LINKHUB_EXAMPLES", "100"))
often = settings(max_examples=EXAMPLES, deadline=None)

NASTY = [
    "javascript:alert(1)", "//evil.example", "https://evil.example/", "\\\\evil", "\\", "..", ".",
    "%2e", "%2E%2E", "../..", "..%2f", "a/../b", "?x=1", "&x=1", "#f", "%23", "@evil", ":80",
    "\r\n", "\n", "\t", "\0", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\uff0f", "\u3002",
    " ", "+", "=", ";", "'",
    '"', "<", "{{ .b }}", "{{", "}}", "[[", "é", "\U0001f600", "\ud800", "~",
]  # fmt: skip
PIECES = st.one_of(st.sampled_from(NASTY), st.text(max_size=8))
VALUES = st.lists(PIECES, min_size=1, max_size=4).map("".join).filter(bool)
CHAINS = st.sampled_from(
    ["", "", "", "| lower", "| upper", "| replace('a', '/../')", "| slice(0, 3)", "| json",
     "| rison", "| logql", "| regex_escape", "| base64", "| gzip | base64", "| cloudwatch",
     "| jsurl", "| default('x')", "| regex('.+')", "| json_inner", "| base64url"]
)  # fmt: skip
NAMES = ("a", "b", "c", "d")


def expressions() -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, chain: f"{{{{ .context.{name} {chain} }}}}", st.sampled_from(NAMES), CHAINS
    )


def mixed(literals: str, *, most: int = 3) -> st.SearchStrategy[str]:
    texts = st.text(literals, max_size=4)
    return st.lists(st.one_of(expressions(), texts), max_size=most).map("".join)


SEGMENTS = st.lists(mixed("ab1.-_~:@!$'()*+,;%2e"), max_size=4).map("/".join)
PARAMETERS = st.lists(st.tuples(mixed("ab_"), mixed("ab/?:@")), min_size=1, max_size=3).map(
    lambda pairs: "&".join(f"{key}={value}" for key, value in pairs)
)
OPTIONAL = st.one_of(st.just(""), expressions().map(lambda each: f"[[&o={each}]]"))
QUERIES = st.one_of(st.just(""), st.builds("?{}{}".format, PARAMETERS, OPTIONAL))
FRAGMENTS = st.one_of(st.just(""), mixed("ab/!?=&").map("#{}".format))
TEMPLATES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["https://h.test", "http://h.test:8080", "{{ tool.base_url }}"]),
    st.sampled_from(["/", "/x/"]),
    SEGMENTS,
    QUERIES,
    FRAGMENTS,
)
TOOL = {"base_url": "https://tool.test/sub"}


def values(context: dict[str, str]) -> Values:
    return Values({}, {"context": context, "tool": TOOL})


def shape(url: str) -> tuple[object, ...]:
    """What a value must not change, as the standard library and plain counting see it."""
    parts = urlsplit(url)
    query = url.partition("#")[0].partition("?")[2]
    return (
        parts.scheme,
        parts.netloc,
        parts.path.count("/"),
        len(query.split("&")),
        "?" in url.partition("#")[0],
        "#" in url,
    )


@often
@given(TEMPLATES, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)))
def test_it_lets_no_value_change_the_shape_of_a_url(template: str, context: dict[str, str]) -> None:
    compiled = compile_template(template)
    try:
        rendered = compiled.render(values(context))
    except (Refused, Failed):
        return
    plain = dict.fromkeys(NAMES, "xyz")
    assert not rendered.host_from_variable
    assert shape(rendered.url) == shape(compiled.fill(values(plain)).url)
    assert re.fullmatch(r"[!-~]+", rendered.url)
    assert "".join(part.text for part in rendered.parts) == rendered.url


@often
@given(TEMPLATES, st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES)))
def test_it_leaves_no_dot_segments(template: str, context: dict[str, str]) -> None:
    try:
        url = compile_template(template).render(values(context)).url
    except (Refused, Failed):
        return
    path = urlsplit(url).path
    fragment = urlsplit(url).fragment.partition("?")[0]
    decoded = [re.sub("%2e", ".", each, flags=re.IGNORECASE) for each in (path, fragment)]
    assert not {".", ".."} & {name for each in decoded for name in each.split("/")}


SCRIPTS = ["javascript:", "JAVASCRIPT:", "//", "data:", "vbscript:"]
DANGEROUS = st.one_of(
    st.builds("{}{}".format, st.sampled_from(SCRIPTS), PIECES),
    st.builds(
        "{}{}{}".format,
        PIECES,
        st.sampled_from("\\\r\n\0\t\x7f\u202e\u2067\u200f\u200b "),
        PIECES,
    ),
    st.integers(8_001, 9_000).map("x".__mul__),
    st.builds("https://h.test/{}/x".format, st.sampled_from(["..", ".", "%2e%2E", ".%2e"])),
)  # fmt: skip
ALL_HOSTS = UrlPolicy(variable_hosts=("*",))


def verdict(rendered: Rendered) -> str | None:
    origin = HostOrigin.VARIABLE if rendered.host_from_variable else HostOrigin.ADMIN
    refusal = check_url(rendered.url, origin=origin, policy=ALL_HOSTS)
    return refusal.rule if refusal else None


@often
@given(
    st.sampled_from(
        [
            "{{ .context.a }}",
            "{{ .context.a }}/x",
            "{{ .context.a }}?y",
            "https://h.test/{{ .context.a | raw }}",
            "https://h.test/x?q={{ .context.a | raw }}",
            "https://h.test/x#{{ .context.a | raw }}",
        ]
    ),
    DANGEROUS,
)
def test_it_never_lets_a_dangerous_value_stand_unencoded(template: str, value: str) -> None:
    try:
        rendered = compile_template(template).render(values({"a": value}))
    except Refused:
        return
    if value.startswith("https://h.test/") and "?q=" in template:
        return  # a whole URL as a parameter has no segments of its own
    assert verdict(rendered)


@often
@given(VALUES)
def test_it_takes_no_host_from_a_value_that_is_not_allowed(value: str) -> None:
    for template in (
        "{{ .context.a }}",
        "https://{{ .context.a }}/",
        "https://{{ .context.a }}.h.test",
    ):
        try:
            rendered = compile_template(template).render(values({"a": value}))
        except LanguageError:
            continue
        assert rendered.host_from_variable
        assert check_url(rendered.url, origin=HostOrigin.VARIABLE, policy=UrlPolicy())


SOURCES = st.lists(
    st.one_of(
        expressions(),
        st.sampled_from(
            ["{", "}", "{{", "}}", "[", "]", "[[", "]]", "|", "(", ")", "'", '"', "\\", ".", "$",
             " ", "context", 'context["a.b"]', "taskConfig.k", "podName", "default", "raw", "https://h/",
             "?", "#", "&a=", "[[&a={{ .podName }}]]", "{{ $podName }}", "\n", "é"]
        ),
    ),
    max_size=10,
).map("".join)  # fmt: skip


def parsed(source: str) -> tuple[Node, ...] | TemplateError:
    try:
        return parse(source)
    except TemplateError as error:
        return error


@often
@given(SOURCES)
def test_it_parses_what_it_prints(source: str) -> None:
    nodes = parsed(source)
    if isinstance(nodes, TemplateError):
        assert 1 <= nodes.column <= len(source) + 1
        return
    printed = print_nodes(nodes)
    assert parse(printed) == nodes
    assert print_nodes(parse(printed)) == printed


@often
@given(SOURCES)
def test_it_fails_in_one_way_only(source: str) -> None:
    for compile_one in (compile_template, compile_text):
        try:
            compiled = compile_one(source)
        except TemplateError:
            continue
        try:
            compiled.fill(values({"a": "x"}))
        except LanguageError:
            continue


@pytest.mark.parametrize("value", NASTY)
def test_it_puts_values_into_texts_unchanged(value: str) -> None:
    assert compile_text("{{ .context.a }}").render(values({"a": value})) == value
