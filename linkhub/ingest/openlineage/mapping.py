"""Which project and domain a namespace goes to: its slug and `default`, unless a Source of the
kind `openlineage` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field

from linkhub.ingest.models import Source
from linkhub.ingest.openlineage.places import slug
from linkhub.ingest.sources.connector import Connector, Cursor, Page, Part, Progress, RunRef
from linkhub.ingest.sources.settings import MAX_SCOPES, Mapping, Scope, SourceSettings
from linkhub.lib.names import check_name

KIND = "openlineage"
DOMAIN = "default"
ARROW = "->"


def _valid_lines(lines: list[str]) -> list[str]:
    for line in lines:
        pattern, arrow, target = (part.strip() for part in line.partition(ARROW))
        project, slash, domain = target.partition("/")
        if not (pattern and arrow and slash):
            raise ValueError(f"“{line}” is not namespace -> project/domain")
        for name in (project, domain):
            if problem := check_name(name):
                raise ValueError(f"“{line}”: {problem}")
    return lines


class OpenLineageSettings(SourceSettings):
    projects: Annotated[
        list[str], Field(min_length=1, max_length=MAX_SCOPES), AfterValidator(_valid_lines)
    ]
    """`namespace -> project/domain`; the first line that fits counts; `*` is any text."""

    @property
    def mappings(self) -> dict[Scope, Mapping]:
        """Nothing is polled: events come by themselves."""
        return {}


class OpenLineageConnector(Connector[OpenLineageSettings]):
    """No back end: a row of this kind only says where namespaces go."""

    kind = KIND
    label = "OpenLineage (where namespaces go)"
    help = "Events come to /api/v1/lineage by themselves; this maps their namespaces."
    engine = KIND
    Settings = OpenLineageSettings

    def discover(self, scope: Scope, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002
        return iter(())

    def read(self, run: RunRef, progress: Progress) -> Iterator[Part]:  # noqa: ARG002
        return iter(())


class Namespaces:
    """The mapping as it is now, by one query; kept for one request."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str, str]] | None = None

    def place_of(self, namespace: str) -> tuple[str, str]:
        """Project and domain."""
        if self._lines is None:
            self._lines = list(_stored())
        for pattern, project, domain in self._lines:
            if fnmatchcase(namespace, pattern):
                return project, domain
        return slug(namespace), DOMAIN


def _stored() -> Iterator[tuple[str, str, str]]:
    rows = Source.objects.filter(kind=KIND, enabled=True).order_by("name")
    for settings in rows.values_list("settings", flat=True):
        for line in settings.get("projects", []):
            pattern, _, target = (part.strip() for part in line.partition(ARROW))
            project, _, domain = target.partition("/")
            yield pattern, project, domain
