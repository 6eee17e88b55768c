"""Every variable a template may name. The documentation, the suggestions and completion are made
from this; whoever resolves fills in these names, lower-cased.

Flyte's variables are those of its back end's log templates (versions 1 and 2), under its names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """The deepest thing a value belongs to. On a link above it, the newest attempt's primary pod
    is meant."""

    PROJECT = "project"
    RUN = "run"
    ACTION = "action"
    ATTEMPT = "attempt"
    POD = "pod"


class Kind(StrEnum):
    """How a value is written where no filter says otherwise."""

    TEXT = "text"
    NUMBER = "number"
    RFC3339 = "RFC 3339 time"  # 2024-01-02T03:04:05Z
    UNIX = "unix time"  # seconds
    EXTRA = "extra"  # of a back end, on the attempt's `variables`


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `open_ended`: the end of something, which is `now` while that goes on."""

    name: str
    level: Level
    meaning: str
    example: str
    kind: Kind = Kind.TEXT
    open_ended: bool = False
    flyte: bool = False


@dataclass(frozen=True, slots=True)
class MapOfValues:
    """A map whose keys are the user's: `context.KEY`, or `context["a.b"]`."""

    name: str
    meaning: str
    example_key: str
    example: str


_P, _R, _A, _T, _D = Level.PROJECT, Level.RUN, Level.ACTION, Level.ATTEMPT, Level.POD
_START, _END = "2024-01-02T03:04:05Z", "2024-01-02T04:04:05Z"
_UNIX_START, _UNIX_END = "1704164645", "1704168245"


def _flyte(name: str, level: Level, meaning: str, example: str, kind: Kind = Kind.TEXT) -> Variable:
    return Variable(name, level, meaning, example, kind, "Finish" in name, flyte=True)


_FLYTE = (
    _flyte("executionName", _R, "The run's name.", "f3a1b2c3"),
    _flyte("runName", _R, "The run's name, as Flyte 2 calls it.", "f3a1b2c3"),
    _flyte("executionProject", _P, "The project the run is in.", "flytesnacks"),
    _flyte("executionDomain", _R, "The domain the run is in.", "development"),
    _flyte("executionOrg", _R, "The run's organisation, where there is one.", "acme"),
    _flyte("actionName", _A, "The action's name.", "a0"),
    _flyte(
        "nodeID",
        _A,
        "Flyte 1: the fully qualified node id, which is the action's name. "
        "Flyte 2: the attempt's generated name.",
        "n0-0-n0",
    ),
    _flyte("taskID", _A, "The task's name.", "my_package.train"),
    _flyte("taskVersion", _A, "The task's version.", "v3"),
    _flyte("taskProject", _A, "The project of the task.", "flytesnacks"),
    _flyte("taskDomain", _A, "The domain of the task.", "development"),
    _flyte("taskOrg", _A, "The organisation of the task, where there is one.", "acme"),
    _flyte("taskRetryAttempt", _T, "The attempt, counted from 0.", "0", Kind.NUMBER),
    _flyte(
        "generatedName",
        _T,
        "The name the engine made for the attempt. Flyte 1: as it is. Flyte 2: as a DNS-1123 name.",
        "f3a1b2c3-n0-0",
    ),
    _flyte("podName", _D, "The pod's name.", "f3a1b2c3-n0-0"),
    _flyte("podUID", _D, "The pod's uid.", "5a3c7f0e-1c1b-4d8e-9d53-0d1f6e0a9b11"),
    _flyte("namespace", _D, "The pod's Kubernetes namespace, else the run's.", "ml-dev"),
    _flyte("containerName", _D, "The primary container's name.", "main"),
    _flyte("containerID", _D, "The container's id without its `docker://`.", "8c1d2e"),
    _flyte("hostname", _D, "The pod's `spec.hostname`; most pods have none.", "worker-0"),
    _flyte("nodeName", _D, "The Kubernetes node. Flyte 2 no longer gives it.", "ip-10-0-1-2"),
    _flyte("logName", _D, "What a back end's plugin calls this log.", "worker"),
    _flyte("podRFC3339StartTime", _D, "When the pod started.", _START, Kind.RFC3339),
    _flyte("podRFC3339FinishTime", _D, "When the pod ended, else now.", _END, Kind.RFC3339),
    _flyte("podUnixStartTime", _D, "When the pod started, in seconds.", _UNIX_START, Kind.UNIX),
    _flyte(
        "podUnixFinishTime", _D, "When the pod ended, else now, in seconds.", _UNIX_END, Kind.UNIX
    ),
)


def _extra(name: str, meaning: str, example: str) -> Variable:
    return Variable(name, _T, meaning, example, Kind.EXTRA, flyte=True)


_EXTRAS = (
    _extra("agentID", "The agent that ran the attempt.", "bigquery-agent-0"),
    _extra("connectorID", "The connector that ran the attempt.", "bigquery-connector-0"),
    _extra("subtaskParentName", "The map task that a sub-task belongs to.", "n0"),
    _extra("subtaskExecutionIndex", "The index of a map task's sub-task.", "3"),
    _extra("subtaskRetryAttempt", "The sub-task's attempt, counted from 0.", "0"),
    _extra("subtaskParentRetryAttempt", "The map task's attempt, counted from 0.", "0"),
    _extra("rayClusterName", "The Ray cluster.", "f3a1b2c3-n0-0-raycluster-x7k2p"),
    _extra("rayJobID", "The Ray job.", "f3a1b2c3-n0-0-9d2fk"),
    _extra("daskSchedulerName", "The Dask scheduler.", "f3a1b2c3-n0-0-scheduler"),
)

_OWN = (
    Variable("project", _P, "The project's name.", "flytesnacks"),
    Variable("domain", _R, "The run's domain.", "development"),
    Variable("org", _R, "The run's organisation, where there is one.", "acme"),
    Variable("workflow", _R, "The run's workflow.", "train_pipeline"),
    Variable("workflowVersion", _R, "The version of the run's workflow.", "v3"),
    Variable("engine", _R, "What executed the run.", "flyte2"),
    Variable("launchedBy", _R, "Who launched the run.", "ana"),
    Variable(
        "sourceURL", _R, "The run's page in the system that executed it.", "https://flyte.test/x"
    ),
    Variable("cluster", _T, "The attempt's cluster, else the run's.", "gpu-1"),
    Variable("phase", _R, "The phase of what the link is for.", "running"),
    Variable("taskName", _A, "The task's name; the same as `taskID`.", "my_package.train"),
    Variable("taskType", _A, "The task's type.", "python"),
    Variable("parentActionName", _A, "The name of the parent action.", "a0"),
    Variable("attempt", _T, "The attempt, counted from 1.", "1", Kind.NUMBER),
    Variable("workerIndex", _D, "The pod's index in a distributed attempt.", "0", Kind.NUMBER),
    Variable("startTime", _R, "When what the link is for started.", _START, Kind.RFC3339),
    Variable("endTime", _R, "When what the link is for ended, else now.", _END, Kind.RFC3339, True),
    Variable("runCreatedTime", _R, "When the run was created.", _START, Kind.RFC3339),
    Variable("runStartTime", _R, "When the run started.", _START, Kind.RFC3339),
    Variable("runEndTime", _R, "When the run ended, else now.", _END, Kind.RFC3339, True),
    Variable("actionStartTime", _A, "When the action started.", _START, Kind.RFC3339),
    Variable("actionEndTime", _A, "When the action ended, else now.", _END, Kind.RFC3339, True),
    Variable("attemptStartTime", _T, "When the attempt started.", _START, Kind.RFC3339),
    Variable("attemptEndTime", _T, "When the attempt ended, else now.", _END, Kind.RFC3339, True),
)

VARIABLES: tuple[Variable, ...] = _FLYTE + _EXTRAS + _OWN

MAPS: tuple[MapOfValues, ...] = (
    MapOfValues("context", "The key-value pairs that travel with the run.", "wandb_id", "abc"),
    MapOfValues("labels", "The run's labels, with the action's on top.", "team", "vision"),
    MapOfValues("taskConfig", "The configuration of the task.", "host", "https://wandb.ai"),
    MapOfValues(
        "tool",
        "The link's tool: `tool.base_url`, `tool.name`, and its settings, after its overrides "
        "for the domain or cluster.",
        "base_url",
        "https://grafana.example.com",
    ),
    MapOfValues("params", "The parameters of the link's provider.", "panel", "3"),
    MapOfValues(
        "variables",
        "Any extra variable of a back end by its name, also one that is not in this list.",
        "rayClusterName",
        "f3a1b2c3-raycluster",
    ),
)

BY_NAME: Mapping[str, Variable] = MappingProxyType(
    {each.name.casefold(): each for each in VARIABLES}
)
MAP_BY_NAME: Mapping[str, MapOfValues] = MappingProxyType(
    {each.name.casefold(): each for each in MAPS}
)
