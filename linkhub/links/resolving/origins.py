"""Where a variable's value comes from, in words, for explanations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from linkhub.links.language import (
    OpenEnd,
    Reference,
    TemplateError,
    Value,
    Values,
    compile_text,
    parse_reference,
)
from linkhub.links.language.catalogue import BY_NAME, Level
from linkhub.links.resolving.subjects import View
from linkhub.links.resolving.tools import EffectiveTool


@dataclass(frozen=True, slots=True)
class UsedVariable:
    """`value` is None where there is none; `origin` then says where it would come from."""

    name: str
    value: str | None
    origin: str


def used_variable(name: str, view: View, tool: EffectiveTool | None) -> UsedVariable | None:
    """None for what no template can read, such as a provider's word for an address."""
    try:
        reference = parse_reference(name)
    except TemplateError:
        return None
    values = view.values(tool)
    value = reference.read(values)
    shown = None if value is None else _as_written(reference, value, values)
    return UsedVariable(reference.label, shown, _origin(reference, view, tool))


def _as_written(reference: Reference, value: Value, values: Values) -> str:
    """The value as a template without filters writes it."""
    if not isinstance(value, datetime | OpenEnd):
        return str(value)
    text = compile_text(f"{{{{ .{reference.label} }}}}").render(values)
    return f"{text} (now)" if isinstance(value, OpenEnd) else text


def _origin(reference: Reference, view: View, tool: EffectiveTool | None) -> str:
    if reference.key is None:
        return _plain_origin(reference.name, view)
    if reference.name == "tool":
        return _tool_origin(tool)
    if reference.name == "labels":
        return _label(view, reference.key)
    return _MAPS[reference.name](view)


def _plain_origin(name: str, view: View) -> str:
    if view.attempt and _shadows(view.attempt.variables, name):
        return f"{_attempt(view)}'s own variables"
    if name in _OF_SUBJECT:
        return _LEVELS[Level(view.subject.level)](view)
    if name in _POD_TIMES:
        return _LEVELS[_time_level(view, ended="Finish" in name)](view)
    if name == "cluster" and not (view.attempt and view.attempt.cluster):
        return _run(view)
    if name == "namespace" and not (view.pod and view.pod.namespace):
        return _run(view)
    return _LEVELS[BY_NAME[name.casefold()].level](view)


def _shadows(variables: Mapping[str, str], name: str) -> bool:
    return any(each.lower() == name.lower() and value for each, value in variables.items())


def _time_level(view: View, *, ended: bool) -> Level:
    """Whose start it is: the deepest that has one. Ends are the deepest's own."""
    inside = (
        (Level.POD, view.pod),
        (Level.ATTEMPT, view.attempt),
        (Level.ACTION, view.scope.action),
    )
    for level, recorded in inside:
        if recorded is not None and (ended or recorded.started_at is not None):
            return level
    return Level.RUN if view.subject.level == "run" else Level.POD


def _project(view: View) -> str:
    return f"project {view.scope.names['project']}"


def _run(view: View) -> str:
    return f"run {view.scope.run.name}" if view.scope.run else "a run"


def _action(view: View) -> str:
    return f"action {view.scope.action.name}" if view.scope.action else "an action"


def _attempt(view: View) -> str:
    return f"attempt {view.attempt.number}" if view.attempt else "an attempt"


def _pod(view: View) -> str:
    return f"pod {view.pod.name}" if view.pod else "a pod"


def _context(view: View) -> str:
    scope = view.scope
    if scope.level == "run" and scope.run and scope.run.context:
        return f"context of {_run(view)}"
    source = scope.action.context_from if scope.action else "run"
    if source in ("", "action"):
        return f"context of {_action(view)}"
    return f"context of {_run(view)}" if source == "run" else f"context of {source}"


def _label(view: View, key: str) -> str:
    scope = view.scope
    if scope.level == "action" and scope.action and key in scope.action.labels:
        return f"label of {_action(view)}"
    return f"label of {_run(view)}"


def _tool_origin(tool: EffectiveTool | None) -> str:
    if tool is None:
        return "a tool"
    override = f", override for {tool.override}" if tool.override else ""
    return f"tool {tool.spec.name}{override}"


_OF_SUBJECT = frozenset({"phase", "startTime", "endTime"})
_POD_TIMES = frozenset(
    {"podRFC3339StartTime", "podRFC3339FinishTime", "podUnixStartTime", "podUnixFinishTime"}
)
_LEVELS: Mapping[Level, Callable[[View], str]] = {
    Level.PROJECT: _project,
    Level.RUN: _run,
    Level.ACTION: _action,
    Level.ATTEMPT: _attempt,
    Level.POD: _pod,
}
_MAPS: Mapping[str, Callable[[View], str]] = {
    "context": _context,
    "taskConfig": lambda view: f"task configuration of {_action(view)}",
    "params": lambda _: "the link's own parameters",
    "variables": lambda view: f"{_attempt(view)}'s own variables",
}
