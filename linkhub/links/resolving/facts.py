"""What resolving reads: recorded facts and definitions as plain data.

Built by `linkhub/links/load.py` from the stores, by previews from a document, by tests by hand.
Resolving sees nothing else: no database, no clock of its own, no network. All times are aware
UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from linkhub.lib.url_policy import UrlPolicy


@dataclass(frozen=True, slots=True)
class PodFacts:
    id: int | None
    name: str
    uid: str = ""
    namespace: str = ""
    container: str = ""
    container_id: str = ""
    hostname: str = ""
    node: str = ""
    worker_index: int | None = None
    primary: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """`pods` are in order: primary first, then by worker index, then by name."""

    id: int | None
    number: int
    phase: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cluster: str = ""
    generated_name: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    pods: tuple[PodFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachedFacts:
    """An attached link; `body` is in the spelling of `linkhub/runs/attached.py`."""

    key: str
    origin: str  # task | override | emitted
    body: Mapping[str, Any]
    attempt: int = 0
    pod: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """`context` is the one that counts: its own, else the nearest ancestor's, else the run's.

    `context_from` says whose it is: `action`, `run`, or the ancestor's name after `parent `.
    `attempts` ascend by number. `attached` are of all three layers of attached links, the
    task's static ones left out already where the action replaces them.
    """

    id: int | None
    name: str
    parent: str = ""
    is_root: bool = False
    phase: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    task: str = ""
    task_version: str = ""
    task_type: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    context_from: str = ""
    task_config: Mapping[str, str] = field(default_factory=dict)
    attempts: tuple[AttemptFacts, ...] = ()
    attached: tuple[AttachedFacts, ...] = ()
    # The earliest end of what contains it and has ended (run, ancestors).
    container_ended_at: datetime | None = None
    container_terminal: bool = False


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`attached` are the links that came with the run.

    Those of a deeper level than the run's are for all of its actions, so the facts of an action's
    unit need them too.
    """

    id: int | None
    project: str
    domain: str
    name: str
    workflow: str = ""
    version: str = ""
    engine: str = ""
    org: str = ""
    phase: str | None = None
    launched_by: str = ""
    cluster: str = ""
    namespace: str = ""
    source_url: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    attached: tuple[AttachedFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is resolved together: an action (with its run), a run's own level, or a project's.

    `run` and `action` are None where the unit is wider. For a run's own level `root` holds the
    root action, so that variables of a deeper level have a value there.
    """

    project: str
    run: RunFacts | None = None
    action: ActionFacts | None = None
    root: ActionFacts | None = None


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool; `overrides` are checked in order, the first whose globs match wins."""

    id: int | None
    name: str
    kind: str
    base_url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionSpec:
    """A link definition as data; `project` is None for the instance's own. `change` is the value
    of its last edit."""

    id: int | None
    key: str
    name: str
    level: str
    project: str | None = None
    description: str = ""
    tool: str = ""
    provider: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    template: str = ""
    select: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)
    show_while_pending: bool = True
    hide_once_finished: bool = False
    ttl: timedelta | None = None
    group: str = ""
    position: int = 0
    icon: str = ""
    link_type: str = "external"
    new_tab: bool = True
    backlink: bool = False
    enabled: bool = True
    change: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """What one link is for; ids are the stores', None in previews."""

    level: str
    attempt: int | None = None
    attempt_id: int | None = None
    pod: str | None = None
    pod_id: int | None = None


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """One link of one subject; `url` is empty unless a URL was made, `ready` or not.

    `layer` is instance, project, task, override or emitted. `state` is empty where a Python
    `Link` class has to give the URL, which only a worker's child process may run: all else, such
    as hidden or expired, is decided. `missing` can be empty on a link that waits: a Python class
    or an attached link without an address. `url` of a blocked link is the refused one.
    """

    subject: Subject
    key: str
    name: str
    level: str
    state: str
    layer: str
    url: str = ""
    host_origin: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    description: str = ""
    definition_id: int | None = None
    tool: str = ""
    provider: str = ""
    group: str = ""
    position: int = 0
    icon: str = ""
    link_type: str = "external"
    message_format: str = ""
    new_tab: bool = True
    depends_on_now: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """A definition that was deleted at the value `change`."""

    project: str | None
    key: str
    change: int


@dataclass(frozen=True, slots=True)
class CatalogueData:
    """What definitions and tools there are, at one change value.

    `wide` is the latest value that may reach any unit; by default that of the data itself.
    """

    change: int
    definitions: tuple[DefinitionSpec, ...]
    tools: tuple[ToolSpec, ...]
    policy: UrlPolicy
    deleted: tuple[Deleted, ...] = ()
    wide: int | None = None
