"""Addresses of the API: natural keys, each one segment of a path."""

from __future__ import annotations

import re
from typing import Annotated, Any

from django.urls import register_converter
from ninja.params.functions import Path

from linkhub.lib.names import NameConverter, from_segment
from linkhub.runs.documents import Name
from linkhub.runs.scalars import Key

_WELL_ESCAPED = re.compile(r"(?:[^~]|~(?:7E|2F|2E))*", re.IGNORECASE | re.DOTALL)


class AnyNameConverter(NameConverter):
    """Lets through what can be no name, so that the API can say what is wrong with it.

    An escape that is none of ours is still a path that is not there.
    """

    def to_python(self, value: str) -> str:
        try:
            return from_segment(value)
        except ValueError:
            if _WELL_ESCAPED.fullmatch(value):
                return value
            raise


register_converter(AnyNameConverter, "any_name")


# A name that cannot be one is 422 with its place in the path, for reading and writing alike.


def _name_of(what: str, example: str) -> Any:
    # A list, as OpenAPI 3.1 has it; the framework's types still say 3.0's map.
    examples: Any = [example]
    return Path(..., description=f"The {what}.", examples=examples)


ProjectName = Annotated[Name, _name_of("project", "flytesnacks")]
DomainName = Annotated[Name, _name_of("domain", "development")]
RunName = Annotated[Name, _name_of("run", "r7")]
ActionName = Annotated[Name, _name_of("action", "x1")]
TaskName = Annotated[Name, _name_of("task", "train_model")]
VersionName = Annotated[Name, _name_of("task's version", "v3")]
ToolName = Annotated[Name, _name_of("tool", "grafana")]
DefinitionKey = Annotated[Key, _name_of("definition's key", "board")]

PROJECT = "/projects/{any_name:project}"
RUN = PROJECT + "/domains/{any_name:domain}/runs/{any_name:run}"
ACTION = RUN + "/actions/{any_name:action}"
TASK_LINKS = PROJECT + "/tasks/{any_name:task}/versions/{any_name:version}/links"
DEFINITION = "/definitions/{key}"
TOOL = "/tools/{any_name:tool}"
