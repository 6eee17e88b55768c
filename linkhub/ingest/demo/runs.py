"""The demo's runs: two weeks of a small machine-learning team, told from the time of loading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

NAMESPACE = "flytesnacks-development"
CLUSTERS = {"development": "dev-1", "production": "prod-1"}
OUT_OF_MEMORY = "OOMKilled: the container exceeded its memory limit of 16Gi"
LOST_NODE = "The node ip-10-0-3-71 was drained while the pod ran"
TOO_SLOW = "TimeoutError: the task did not finish within 2h"
WANDB = {"wandb_entity": "vision", "wandb_project": "cats"}


@dataclass(frozen=True)
class Step:
    """One action. Times are minutes from the run's start; no end means that it goes on.

    `errors` are of the attempts before the last one. `workers` above 1 is a distributed task.
    """

    name: str
    task: str
    start: float = 0
    end: float | None = None
    parent: str = "a0"
    phase: str = "succeeded"
    context: Mapping[str, str] | None = None
    errors: Sequence[str] = ()
    error: str = ""
    workers: int = 1


@dataclass(frozen=True)
class Story:
    """One run: `ago` is how long before loading it was created."""

    name: str
    workflow: str
    ago: timedelta
    steps: Sequence[Step]
    phase: str = "succeeded"
    domain: str = "development"
    launched_by: str = "scheduler"
    version: str = "v14"
    context: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[Mapping[str, Any]] = ()


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def stories() -> Iterator[Story]:
    yield Story(
        "rk7m2xq4vd9c8w",
        "train_pipeline",
        timedelta(minutes=9),
        _training(None, 1.5),
        "running",
        context=WANDB | {"wandb_id": "sunny-field-214"},
    )
    yield Story(
        "rb4t8nz1hs6j3p",
        "score_images",
        timedelta(minutes=4),
        _scoring(None),
        "running",
        launched_by="ci",
        version="v6",
    )
    yield Story(
        "rw9f3lc7ye2a5g",
        "distributed_training",
        timedelta(minutes=52),
        _distributed(None, workers=2),
        "running",
        version="v9",
        context=WANDB | {"wandb_project": "cats-large"},
        launched_by="trigger",
    )
    yield Story(
        "rd6h1vp8mu4t2k",
        "nightly_report",
        hours(7),
        _report(11, "succeeded"),
        domain="production",
        launched_by="scheduler",
        version="v31",
    )
    yield Story(
        "rs3y5gb9qn7w1e",
        "train_pipeline",
        hours(20),
        _training(34, 3),
        context=WANDB,
        links=[{"name": "Design notes", "url": "https://notes.example.com/cats/{{ .runName }}"}],
    )
    yield Story(
        "rx8c2jr6zf4d9m",
        "nightly_report",
        hours(31),
        _report(120, "timed_out", TOO_SLOW),
        "timed_out",
        domain="production",
        launched_by="scheduler",
        version="v31",
    )
    yield Story(
        "rp1k7ta5ls3h8v",
        "train_pipeline",
        hours(46),
        _training(22, 3, phase="failed", errors=[LOST_NODE], error=OUT_OF_MEMORY),
        "failed",
        context=WANDB,
        version="v13",
    )
    yield Story(
        "rg5w9ex2bo6q4y",
        "score_images",
        hours(70),
        _scoring(16),
        launched_by="ci",
        version="v6",
    )
    yield Story(
        "rv2z6ud8ck1n7j",
        "hyperparameter_sweep",
        hours(97),
        _sweep(6),
        version="v4",
        context=WANDB | {"wandb_project": "cats-sweep"},
        launched_by="trigger",
    )
    yield Story(
        "rt7a4fh3wp9x5s",
        "train_pipeline",
        hours(122),
        _training(41, 3, errors=[LOST_NODE]),
        context=WANDB,
        version="v13",
    )
    yield Story(
        "rm3q8yl6ge2b1r",
        "distributed_training",
        hours(171),
        _distributed(96, workers=2),
        version="v8",
        context=WANDB | {"wandb_project": "cats-large"},
        launched_by="trigger",
    )
    yield Story(
        "rj9n5kv1td7z6f",
        "train_pipeline",
        hours(240),
        _training(6, 3, phase="aborted"),
        "aborted",
        context=WANDB,
        version="v12",
    )
    yield Story(
        "rc2x8sw4ma6h3u",
        "distributed_training",
        hours(318),
        _distributed(88, workers=2),
        version="v7",
        context=WANDB | {"wandb_project": "cats-large"},
        launched_by="trigger",
    )


def _training(
    end: float | None,
    data: float,
    phase: str = "succeeded",
    errors: Sequence[str] = (),
    error: str = "",
) -> list[Step]:
    """Load, train, evaluate; what ends badly ends in training."""
    going = end is None
    outcome = "running" if going else phase
    steps = [
        Step("a0", "train_pipeline", 0.1, end, parent="", phase=outcome),
        Step("a1", "load_images", 0.3, data),
        Step(
            "a2",
            "train_model",
            data + 0.2,
            None if going else (end or 0) * 0.9,
            phase=outcome,
            errors=errors,
            error=error,
        ),
    ]
    if phase == "succeeded":
        last = Step("a3", "evaluate_model", (end or 0) * 0.92, end)
        steps.append(replace(last, phase="queued", end=None) if going else last)
    return steps


def _distributed(end: float | None, workers: int) -> list[Step]:
    phase = "running" if end is None else "succeeded"
    return [
        Step("a0", "distributed_training", 0.1, end, parent="", phase=phase),
        Step("a1", "shard_dataset", 0.4, 9),
        Step("a2", "train_worker", 9.5, end and end - 1, phase=phase, workers=workers),
    ]


def _scoring(end: float | None) -> list[Step]:
    """No W&B context: the link waits while this runs, and is missing once it has ended."""
    phase = "running" if end is None else "succeeded"
    return [
        Step("a0", "score_images", 0.1, end, parent="", phase=phase),
        Step("a1", "load_images", 0.3, 1.5),
        Step("a2", "upload_scores", 1.8, end and end - 0.5, phase=phase),
    ]


def _report(end: float, phase: str, error: str = "") -> list[Step]:
    return [
        Step("a0", "nightly_report", 0.1, end, parent="", phase=phase),
        Step("a1", "query_usage", 0.2, end * 0.7, phase=phase, error=error),
        *([Step("a2", "render_report", end * 0.7, end)] if phase == "succeeded" else []),
    ]


def _sweep(trials: int) -> list[Step]:
    """A mapped task: one action a trial, all below the map."""
    mapped = [
        Step(
            f"a1-{index}",
            "run_trial",
            0.6 + index,
            18 + index * 2.5,
            parent="a1",
            context=WANDB | {"wandb_project": "cats-sweep", "wandb_id": f"trial-{index}"},
        )
        for index in range(trials)
    ]
    return [
        Step("a0", "hyperparameter_sweep", 0.1, 40, parent=""),
        Step("a1", "map_trials", 0.4, 38),
        *mapped,
        Step("a2", "pick_best", 38.2, 40),
    ]


def as_document(story: Story, now: datetime) -> dict[str, Any]:
    """The run as the API's `PUT` takes it."""
    created = now - story.ago

    def at(minutes: float | None) -> datetime | None:
        return None if minutes is None else created + timedelta(minutes=minutes)

    root = story.steps[0]
    return {
        "workflow": story.workflow,
        "version": story.version,
        "engine": "flyte2",
        "source": "demo",
        "phase": story.phase,
        "launched_by": story.launched_by,
        "cluster": CLUSTERS[story.domain],
        "namespace": NAMESPACE,
        "created_at": created,
        "started_at": at(root.start),
        "ended_at": at(root.end),
        "updated_at": created,
        "labels": {"team": "vision"},
        "context": dict(story.context),
        "links": list(story.links),
        "actions": [_action(story, step, at) for step in story.steps],
    }


At = Callable[[float | None], datetime | None]


def _action(story: Story, step: Step, at: At) -> dict[str, Any]:
    queued = step.phase == "queued"
    action = {
        "name": step.name,
        "parent": step.parent,
        "task": step.task,
        "task_version": story.version,
        "task_type": "python",
        "phase": step.phase,
        "started_at": None if queued else at(step.start),
        "ended_at": at(step.end),
        "attempts": [] if queued else list(_attempts(story, step, at)),
    }
    return action if step.context is None else action | {"context": dict(step.context)}


def _attempts(story: Story, step: Step, at: At) -> Iterator[dict[str, Any]]:
    """Earlier attempts fail one after the other; the last one has the action's own outcome."""
    tries = len(step.errors) + 1
    length = ((step.end or step.start + 4) - step.start) / tries
    for number in range(1, tries + 1):
        last = number == tries
        start, end = step.start + length * (number - 1), step.start + length * number
        yield {
            "number": number,
            "phase": step.phase if last else "failed",
            "error": step.error if last else step.errors[number - 1],
            "started_at": at(start),
            "ended_at": at(step.end if last else end),
            "cluster": CLUSTERS[story.domain],
            "generated_name": f"{story.name}-{step.name}-{number - 1}",
            "pods": [_pod(story, step, number, worker) for worker in range(step.workers)],
        }


def _pod(story: Story, step: Step, attempt: int, worker: int) -> dict[str, Any]:
    name = f"{story.name}-{step.name}-{attempt - 1}"
    place = sum(map(ord, f"{name}-{worker}"))
    return {
        "name": f"{name}-worker-{worker}" if step.workers > 1 else name,
        "uid": f"{place:08x}-{attempt:04x}-4d8e-9d53-{worker:012x}",
        "namespace": NAMESPACE,
        "container": "primary",
        "node": f"ip-10-0-{place % 4}-{place % 250}",
        "primary": worker == 0,
        **({"worker_index": worker} if step.workers > 1 else {}),
    }
