"""Filters that write a value in another language, and the two ends of every chain."""

from __future__ import annotations

from collections.abc import Callable

from linkhub.links.language import nested
from linkhub.links.language.filtering import (
    Apply,
    Bind,
    Datum,
    FilterKind,
    Takes,
    bounded,
    heedless,
    no_arguments,
)
from linkhub.links.language.syntax import Argument
from linkhub.links.language.text_filters import on_text


def _on_bytes(work: Callable[[str | bytes], Datum]) -> Bind:
    def bind(arguments: tuple[Argument, ...]) -> Apply:
        no_arguments(arguments)

        def apply(value: Datum) -> Datum:
            if isinstance(value, bytes):
                return work(value)
            return work(nested.well_formed(bounded(str(value))))

        return heedless(apply)

    return bind


def _unchanged(arguments: tuple[Argument, ...]) -> Apply:
    no_arguments(arguments)
    return heedless(lambda value: value)


def _default(arguments: tuple[Argument, ...]) -> Apply:
    if len(arguments) != 1 or arguments[0] == "":
        raise ValueError("takes one value that is not empty: a quoted string or a variable")
    return heedless(lambda value: value)


def _encoder(
    name: str,
    meaning: str,
    example: tuple[str, str],
    work: Callable[[str], str],
    *,
    last: bool = False,
) -> FilterKind:
    value, outcome = example
    return FilterKind(
        name, _NESTED, (name,), meaning, (value, name, outcome), Takes.TEXT, on_text(work), last
    )


_NESTED = "Values inside another language"

FALLBACK_FILTERS = (
    FilterKind(
        "default",
        "Fallback",
        ("default(VALUE)",),
        "VALUE where nothing came before: a quoted string, or another variable.",
        ("", 'default("main")', "main"),
        Takes.ANY,
        _default,
    ),
)

NESTED_FILTERS = (
    _encoder("json", "A JSON string with its quotes.", ('"hi"', r'"\"hi\""'), nested.json_string),
    _encoder("json_inner", "The inside of a JSON string.", ('"hi"', r"\"hi\""), nested.json_inner),
    _encoder(
        "rison",
        "A rison string, quoted where it has to be (Kibana).",
        ("it's", "'it!'s'"),
        nested.rison,
    ),
    _encoder(
        "rison_inner", "The inside of a quoted rison string.", ("it's", "it!'s"), nested.rison_inner
    ),
    _encoder(
        "logql", "A LogQL or PromQL string with its quotes.", ('a"b', r'"a\"b"'), nested.logql
    ),
    _encoder("logql_inner", "The inside of a LogQL string.", ('a"b', r"a\"b"), nested.json_inner),
    _encoder(
        "regex_escape",
        "A regular expression for exactly this text.",
        ("a.b", r"a\.b"),
        nested.regex_escape,
    ),
    FilterKind(
        "gzip",
        _NESTED,
        ("gzip",),
        "Compressed; `base64` must follow (Azure).",
        ("hi", "gzip | base64", "H4sIAAAAAAAC/8vIBACsKpPYAgAAAA=="),
        Takes.BYTES,
        _on_bytes(nested.to_gzip),
        gives_bytes=True,
    ),
    FilterKind(
        "base64",
        _NESTED,
        ("base64",),
        "Standard base64.",
        ("hi?", "base64", "aGk/"),
        Takes.BYTES,
        _on_bytes(nested.to_base64),
    ),
    FilterKind(
        "base64url",
        _NESTED,
        ("base64url",),
        "URL-safe base64 without padding.",
        ("hi?", "base64url", "aGk_"),
        Takes.BYTES,
        _on_bytes(nested.to_base64url),
    ),
    _encoder(
        "cloudwatch",
        "A log group or stream in the address of a CloudWatch console. Comes last.",
        ("/aws/x", "$252Faws$252Fx"),
        nested.cloudwatch,
        last=True,
    ),
    _encoder(
        "jsurl",
        "The inside of a string in the `queryDetail` of CloudWatch Logs Insights. Comes last.",
        ("a b/é", "a*20b*2f*e9"),
        nested.jsurl,
        last=True,
    ),
)

RAW_FILTERS = (
    FilterKind(
        "raw",
        "Opting out",
        ("raw",),
        "Not percent-encoded. Comes last; never in the scheme or host.",
        ("a/b", "raw", "a/b"),
        Takes.TEXT,
        _unchanged,
        last=True,
    ),
)
