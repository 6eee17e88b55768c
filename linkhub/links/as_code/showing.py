"""What a plan says: as text for a terminal or a review, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from typing_extensions import TypedDict

from linkhub.links.as_code.plan import Plan, Step

SIGNS = {"create": "+", "change": "~", "delete": "-"}
LONGEST_VALUE = 300


class ChangedFieldJson(TypedDict):
    field: str
    before: Any
    after: Any


class StepJson(TypedDict):
    """`action` is `create`, `change` or `delete`; `kind` is `tool` or `definition`."""

    action: str
    kind: str
    project: str | None
    name: str
    changes: list[ChangedFieldJson]


class PlanJson(TypedDict):
    """`left` are kept by the label, and neither in the file nor pruned."""

    applied: bool
    steps: list[StepJson]
    projects: list[str]
    unchanged: int
    left: list[str]


def plan_json(plan: Plan, *, applied: bool) -> PlanJson:
    return PlanJson(
        applied=applied,
        steps=[_step_json(step) for step in plan.steps],
        projects=plan.projects,
        unchanged=plan.unchanged,
        left=plan.left,
    )


def plan_text(plan: Plan, *, applied: bool) -> str:
    """One line a row, its changed fields below it, and a sum."""
    return "\n".join([*_lines(plan), _sum(plan, applied)])


def _step_json(step: Step) -> StepJson:
    changes = [
        ChangedFieldJson(field=each.field, before=each.before, after=each.after)
        for each in step.changes
    ]
    return StepJson(
        action=step.action,
        kind=step.kind,
        project=step.project,
        name=step.name,
        changes=changes,
    )


def _lines(plan: Plan) -> Iterator[str]:
    for name in plan.projects:
        yield f"+ project {name}"
    for step in plan.steps:
        owner = f" of {step.project}" if step.project else ""
        yield f"{SIGNS[step.action]} {step.kind} {step.name}{owner}"
        for change in step.changes:
            yield f"    {change.field}: {_value(change.before)} -> {_value(change.after)}"
    for name in plan.left:
        yield f"! {name} has left the file, and stays: --prune deletes it"


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _sum(plan: Plan, applied: bool) -> str:
    done = {"create": 0, "change": 0, "delete": 0}
    for step in plan.steps:
        done[step.action] += 1
    words = ("made", "changed", "deleted") if applied else ("to make", "to change", "to delete")
    counts = ", ".join(f"{count} {word}" for count, word in zip(done.values(), words, strict=True))
    return f"{counts}, {plan.unchanged} as they are."
