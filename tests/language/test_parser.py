import pytest

from linkhub.links.language import TemplateError, parse_reference
from linkhub.links.language.parser import parse
from linkhub.links.language.syntax import (
    Expression,
    Filter,
    Literal,
    Optional,
    Reference,
    print_nodes,
)

POD = Expression(Reference("podName"))


@pytest.mark.parametrize(
    "source",
    [
        "{{.podName}}",
        "{{ .podName }}",
        "{{ $podName }}",
        "{{podName}}",
        "{{\t.PODNAME\r\n\f}}",
        "{{ .podname}}",
    ],
)
def test_it_reads_flyte_s_spellings(source: str) -> None:
    assert parse(source) == (POD,)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("{{ .taskConfig.host }}", "host"),
        ("{{ $taskconfig$host }}", "host"),
        ("{{ xtaskConfig.host }}", "host"),
        ("{{ taskConfig.key1 }}", "key1"),
        ("{{ .taskConfig.my-key }}", "my-key"),
        ("{{ taskConfig['a.b'] }}", "a.b"),
        ('{{ taskConfig["a\\"b\\\\c\\d"] }}', 'a"b\\c\\d'),
    ],
)
def test_it_reads_keys_of_maps(source: str, key: str) -> None:
    assert parse(source) == (Expression(Reference("taskConfig", key)),)


def test_it_keeps_the_case_of_keys() -> None:
    assert parse_reference("CONTEXT.Wandb_ID") == Reference("context", "Wandb_ID")


def test_it_reads_names_as_go_folds_them() -> None:
    assert parse_reference("tas\u212aID") == Reference("taskID")


def test_it_reads_filters_with_arguments() -> None:
    source = """{{ .podName | slice(0, -4) | default('a "b"') | default( .runName ) }}"""
    filters = (
        Filter("slice", (0, -4)),
        Filter("default", ('a "b"',)),
        Filter("default", (Reference("runName"),)),
    )
    assert parse(source) == (Expression(Reference("podName"), filters),)


def test_it_reads_optional_pieces() -> None:
    piece = Optional((Literal("&pod="), POD))
    assert parse("x[[&pod={{ .podName }}]]y") == (Literal("x"), piece, Literal("y"))


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("{{{.podName}}}", "{{{ .podName }}}"),
        ("{{{{.podName}}}}", "{{{{ .podName }}}}"),
        ('{"a":{"b":{{podName}}}}', '{"a":{"b":{{ .podName }}}}'),
        ("[[1,2],[3]]{{podName}}]]", "[[1,2],[3]]{{ .podName }}]]"),
        ("[[a[[{{podName}}]]", "[[a[[{{ .podName }}]]"),
        ("a [[ b }} c ]", "a [[ b }} c ]"),
    ],
)
def test_it_leaves_other_brackets_alone(source: str, printed: str) -> None:
    assert print_nodes(parse(source)) == printed
    assert parse(printed) == parse(source)


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("https://h/{{ podname2 }}", 14, "unknown variable `podname2`; did you mean `podName`?"),
        ("{{ contxt.a }}", 4, "unknown variable `contxt`; did you mean `context`?"),
        ("{{ zzzz }}", 4, "unknown variable `zzzz` (column 4)"),
        ("{{ podName | defalt('x') }}", 14, "unknown filter `defalt`; did you mean `default`?"),
        ("{{ . podName }}", 5, "no blank may stand between the sigil and the name"),
        ("{{ podName", 1, "not closed"),
        ("{{ {{.podName}}", 1, "not closed"),
        ("x{{", 2, "not closed"),
        ("{{.podName}/{.podName}}", 11, "expected `|` or `}}`, not `}`"),
        ("{{ podName taskID }}", 12, "expected `|` or `}}`, not `t`"),
        ("{{ podName.x }}", 11, "expected `|` or `}}`, not `.`"),
        ("{{}}", 3, "expected the name of a variable, not `}`"),
        ("{{ 'x' }}", 4, "expected the name of a variable"),
        ("{{\u00a0.podName}}", 3, "U+00A0 is not a blank"),
        ("{{\v.podName}}", 3, "U+000B is not a blank"),
        ("{{- .podName -}}", 1, "write `{{`"),
        ("{{`{{ .podName }}`}}", 1, "did you mean `{{ .podName }}`?"),
        ("{{ context }}", 4, "`context` needs a key"),
        ("{{ context.a.b }}", 13, 'did you mean `context["a.b"]`?'),
        ("{{ labels.app.io/name }}", 14, 'did you mean `labels["app.io/name"]`?'),
        ("{{ context[a] }}", 12, "expected a key"),
        ("{{ context['a }}", 12, "this string is not closed"),
        ("{{ podName | }}", 14, "expected the name of a filter"),
        ("{{ podName | replace('a' 'b') }}", 26, "expected `,` or `)`"),
        ("{{ podName" + "|lower" * 17 + "}}", 113, "more than 16 filters"),
        ("[[&a={{ podName }}", 1, "`[[` is not closed"),
        ("[[a{{ podName }}[[b]]]]", 17, "cannot be nested"),
    ],
)
def test_it_says_what_is_wrong_and_where(source: str, column: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(source)
    assert message in str(caught.value)
    assert caught.value.column == column
