"""Reading an archive back: recorded as if sent again, so that lines may come twice or be stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import orjson
from pydantic import ConfigDict

from linkhub.accounts.models import Project
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import Document, Name, RunDocument, TaskLinksDocument
from linkhub.runs.record import RunWrite, emit_link, record_batch, record_task_links

BATCH = 100
NAMES = frozenset({"project", "domain", "run"})


class RunLine(RunDocument):
    project: Name
    domain: Name
    run: Name

    def document(self) -> RunDocument:
        """What is said of the run, without its names."""
        fields = dict(self)
        given = self.model_fields_set - NAMES
        return RunDocument.model_construct(given, **{name: fields[name] for name in given})


class EmittedLine(Document):
    project: Name
    domain: Name
    run: Name
    action: Name | None = None
    emitted: AttachedLinkDocument


class TaskLine(Document):
    model_config = ConfigDict(extra="forbid", strict=True)

    project: Name
    task: Name
    version: str
    task_links: TaskLinksDocument


Line = RunLine | EmittedLine | TaskLine
L = TypeVar("L", RunLine, EmittedLine, TaskLine)


@dataclass
class Restored:
    """How much was read, and the projects that had to be made: private, since nobody may say."""

    runs: int = 0
    links: int = 0
    tasks: int = 0
    made: list[str] = field(default_factory=list)
    _projects: dict[str, Project] = field(default_factory=dict)

    @property
    def projects(self) -> set[str]:
        return set(self._projects)

    def project(self, name: str) -> Project:
        if name not in self._projects:
            private = {"visibility": Project.Visibility.PRIVATE}
            self._projects[name], is_new = Project.objects.get_or_create(
                name=name, defaults=private
            )
            self.made += [name] if is_new else []
        return self._projects[name]


def restore(lines: Iterable[bytes]) -> Restored:
    """Record what the lines say, some at a time. Raises ValueError for a line that is none."""
    restored = Restored()
    rows = iter(lines)
    while some := list(islice(rows, BATCH)):
        _restore([_parsed(line) for line in some], restored)
    return restored


def _parsed(line: bytes) -> Line:
    found = orjson.loads(line)
    kinds: dict[str, type[Line]] = {"emitted": EmittedLine, "task_links": TaskLine}
    kind = next((kinds[name] for name in kinds if name in found), RunLine)
    return kind.model_validate_json(line)


def _restore(lines: list[Line], restored: Restored) -> None:
    """Tasks before their actions, runs before what their steps emitted."""
    for task in _of(lines, TaskLine):
        links = task.task_links
        record_task_links(
            project=restored.project(task.project),
            task=task.task,
            version=task.version,
            links=links.links,
            updated_at=links.updated_at,
        )
        restored.tasks += 1
    writes = [
        RunWrite(restored.project(run.project), run.domain, run.run, run.document())
        for run in _of(lines, RunLine)
    ]
    if writes:
        record_batch(writes)
    restored.runs += len(writes)
    for link in _of(lines, EmittedLine):
        emit_link(
            project=restored.project(link.project),
            domain=link.domain,
            run=link.run,
            action=link.action,
            link=link.emitted,
        )
        restored.links += 1


def _of(lines: list[Line], kind: type[L]) -> Iterator[L]:
    return (line for line in lines if isinstance(line, kind))
