"""Settings that every kind of source has: which projects are read, and into which they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from linkhub.lib.names import check_name

MAX_SCOPES = 200


@dataclass(frozen=True, order=True)
class Scope:
    """A project and domain of the back end."""

    project: str
    domain: str

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}"


@dataclass(frozen=True)
class Mapping:
    """A scope, and the project and domain of LinkHub that its runs go to; none: the same name."""

    scope: Scope
    project: str | None
    domain: str | None


def parse_mapping(line: str) -> Mapping:
    """`project/domain`, or `project/domain -> project/domain`. Raises ValueError."""
    source, arrow, target = (part.strip() for part in line.partition("->"))
    scope = Scope(*_pair(source, line))
    if not arrow:
        return Mapping(scope, None, None)
    return Mapping(scope, *_pair(target, line))


def _pair(text: str, line: str) -> tuple[str, str]:
    project, slash, domain = text.partition("/")
    if not slash:
        raise ValueError(f"“{line}” is not project/domain, or project/domain -> project/domain")
    for name in (project, domain):
        if problem := check_name(name):
            raise ValueError(f"“{line}”: {problem}")
    return project, domain


def _valid_mappings(lines: list[str]) -> list[str]:
    scopes = [parse_mapping(line).scope for line in lines]
    for scope in scopes:
        if scopes.count(scope) > 1:
            raise ValueError(f"{scope} stands here twice")
    return lines


class SourceSettings(BaseModel):
    """What stands in `Source.settings`; each kind adds its own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    projects: Annotated[
        list[str], Field(min_length=1, max_length=MAX_SCOPES), AfterValidator(_valid_mappings)
    ]
    """What is read: `project/domain`, or `project/domain -> project/domain` where the runs go to
    another one here."""

    @property
    def mappings(self) -> dict[Scope, Mapping]:
        parsed = map(parse_mapping, self.projects)
        return {mapping.scope: mapping for mapping in parsed}
