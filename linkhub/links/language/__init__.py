"""The language of link templates: Flyte's variables, encoded by where they stand."""

from linkhub.links.language.encode import encode_fragment, encode_path, encode_query
from linkhub.links.language.errors import (
    Failed,
    LanguageError,
    MissingVariables,
    NothingLeft,
    Refused,
    TemplateError,
)
from linkhub.links.language.parser import parse_reference
from linkhub.links.language.syntax import Reference
from linkhub.links.language.template import (
    Part,
    Rendered,
    Template,
    Text,
    compile_template,
    compile_text,
)
from linkhub.links.language.values import OpenEnd, Value, Values

__all__ = [
    "Failed",
    "LanguageError",
    "MissingVariables",
    "NothingLeft",
    "OpenEnd",
    "Part",
    "Reference",
    "Refused",
    "Rendered",
    "Template",
    "TemplateError",
    "Text",
    "Value",
    "Values",
    "compile_template",
    "compile_text",
    "encode_fragment",
    "encode_path",
    "encode_query",
    "parse_reference",
]
