"""The subjects of a unit, each with its life, and the values that templates read of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from linkhub.links.language.values import Values
from linkhub.links.resolving import variables
from linkhub.links.resolving.facts import (
    ActionFacts,
    AttemptFacts,
    PodFacts,
    RunFacts,
    Subject,
    UnitFacts,
)
from linkhub.links.resolving.lifecycle import (
    FOR_EVER,
    Life,
    life_of_action,
    life_of_attempt,
    life_of_pod,
    life_of_run,
)
from linkhub.links.resolving.tools import EffectiveTool
from linkhub.links.resolving.variables import Plain

NOTHING: Mapping[str, str] = {}
Recorded: TypeAlias = RunFacts | ActionFacts | AttemptFacts | PodFacts
_DEPTH = {"run": 0, "action": 1, "attempt": 2, "pod": 3}


class Scope:
    """What the subjects of one unit share. `action` is the unit's, or the root of a run's own."""

    __slots__ = (
        "_attempt_lives",
        "_plain",
        "action",
        "action_life",
        "level",
        "maps",
        "names",
        "now",
        "run",
        "run_life",
    )

    def __init__(self, unit: UnitFacts, now: datetime) -> None:
        self.now = now
        self.run = unit.run
        self.action = unit.action or unit.root
        self.level = "action" if unit.action else "run" if unit.run else "project"
        self.names = _names(unit.project, self.run, self.action)
        self.maps = _maps(unit)
        self.run_life = life_of_run(self.run) if self.run else FOR_EVER
        self.action_life = (
            life_of_action(self.run, self.action) if self.run and self.action else FOR_EVER
        )
        self._plain: Plain | None = None
        self._attempt_lives: dict[int, Life] = {}

    def life_of(self, attempt: AttemptFacts) -> Life:
        """The life of one of the action's attempts; worked out once."""
        life = self._attempt_lives.get(attempt.number)
        if life is None:
            attempts = self.action.attempts if self.action else ()
            life = life_of_attempt(self.action_life, attempts, attempt)
            self._attempt_lives[attempt.number] = life
        return life

    @property
    def plain(self) -> Plain:
        """The values down to the action; made once."""
        if self._plain is None:
            self._plain = self._make_plain()
        return self._plain

    def _make_plain(self) -> Plain:
        if self.run is None:
            return variables.project_values(self.names["project"])
        plain = variables.run_values(self.run, self.run_life, self.now)
        if self.action is not None:
            plain |= variables.action_values(self.run, self.action, self.action_life, self.now)
        return plain


def _names(project: str, run: RunFacts | None, action: ActionFacts | None) -> Mapping[str, str]:
    return {
        "project": project,
        "domain": run.domain if run else "",
        "workflow": run.workflow if run else "",
        "task": action.task if action else "",
    }


def _maps(unit: UnitFacts) -> Mapping[str, Mapping[str, str]]:
    """A run's own level has the run's context, whole, else the root action's."""
    run, action, root = unit.run, unit.action, unit.root
    if run is None:
        return {"context": NOTHING, "labels": NOTHING, "taskconfig": NOTHING}
    if action is None:
        context = run.context or (root.context if root else NOTHING)
        config = root.task_config if root else NOTHING
        return {"context": context, "labels": run.labels, "taskconfig": config}
    labels = {**run.labels, **action.labels} if action.labels else run.labels
    return {"context": action.context, "labels": labels, "taskconfig": action.task_config}


class View:
    """One subject. `attempt` and `pod` are those whose values it reads, its own or the newest
    attempt's primary pod; values are made when they are first read."""

    __slots__ = ("_plain", "_values", "attempt", "cluster", "life", "pod", "scope", "subject")

    def __init__(
        self,
        scope: Scope,
        subject: Subject,
        life: Life,
        attempt: AttemptFacts | None = None,
        pod: PodFacts | None = None,
    ) -> None:
        self.scope = scope
        self.subject = subject
        self.life = life
        self.attempt = attempt
        self.pod = pod
        run = scope.run
        self.cluster = (attempt.cluster if attempt else "") or (run.cluster if run else "")
        self._plain: Plain | None = None
        self._values: dict[str, Values] = {}

    @property
    def labels(self) -> Mapping[str, str]:
        return self.scope.maps["labels"]

    @property
    def plain(self) -> Plain:
        if self._plain is None:
            self._plain = self._make_plain()
        return self._plain

    def values(
        self, tool: EffectiveTool | None = None, params: Mapping[str, str] = NOTHING
    ) -> Values:
        """What a template of a link of that tool reads; kept where there are no parameters."""
        name = tool.spec.name if tool else ""
        if not params and name in self._values:
            return self._values[name]
        tool_values = tool.variables if tool else NOTHING
        values = Values(self.plain, {**self.scope.maps, "tool": tool_values, "params": params})
        if not params:
            self._values[name] = values
        return values

    def _make_plain(self) -> Plain:
        scope, attempt, pod = self.scope, self.attempt, self.pod
        plain = dict(scope.plain)
        if scope.run is None:
            return plain
        inside: list[tuple[Recorded, Life]] = [(scope.run, scope.run_life)]
        if scope.action is not None:
            inside.append((scope.action, scope.action_life))
            if attempt is not None:
                life = scope.life_of(attempt)
                inside.append((attempt, life))
                plain |= variables.attempt_values(scope.run, scope.action, attempt, life, scope.now)
                if pod is not None:
                    inside.append((pod, life_of_pod(life, pod)))
                    plain |= variables.pod_values(scope.run, pod)
        plain |= self._times(inside)
        return plain | variables.extra_values(attempt) if attempt else plain

    def _times(self, inside: list[tuple[Recorded, Life]]) -> Plain:
        """Phase and times of what the link is for, and Flyte's of the deepest in it; `inside`
        goes from the run to that."""
        now, level = self.scope.now, self.subject.level
        own, own_life = inside[_DEPTH[level]]
        deepest, deepest_life = inside[-1]
        # An action that has not started does not take the start of its run.
        starts = [each.started_at for each, _ in reversed(inside[level != "run" :])]
        if level == "run" and self.scope.run is not None:
            starts.append(self.scope.run.created_at)
        return {
            "phase": self.life.phase,
            "starttime": own.started_at,
            "endtime": variables.end_of(own.ended_at, own_life, now),
            **variables.flyte_times(
                next(filter(None, starts), None),
                variables.end_of(deepest.ended_at, deepest_life, now),
            ),
        }


def views(scope: Scope, levels: frozenset[str]) -> Iterator[View]:
    """The unit's subjects of these levels: the widest first, attempts and pods as recorded."""
    if scope.level == "project":
        yield View(scope, Subject("project"), FOR_EVER)
        return
    attempts = scope.action.attempts if scope.action else ()
    newest = max(attempts, key=lambda attempt: attempt.number, default=None)
    pod = variables.primary_pod(newest.pods) if newest else None
    if scope.level == "run":
        yield View(scope, Subject("run"), scope.run_life, newest, pod)
        return
    yield View(scope, Subject("action"), scope.action_life, newest, pod)
    if "attempt" in levels or "pod" in levels:
        for attempt in attempts:
            yield from _attempt_views(scope, attempt, levels)


def _attempt_views(scope: Scope, attempt: AttemptFacts, levels: frozenset[str]) -> Iterator[View]:
    life = scope.life_of(attempt)
    if "attempt" in levels:
        subject = Subject("attempt", attempt.number, attempt.id)
        yield View(scope, subject, life, attempt, variables.primary_pod(attempt.pods))
    if "pod" in levels:
        for pod in attempt.pods:
            subject = Subject("pod", attempt.number, attempt.id, pod.name, pod.id)
            yield View(scope, subject, life_of_pod(life, pod), attempt, pod)
