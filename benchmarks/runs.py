"""Runs as a team of machine-learning engineers has them: the same every time, but for the day.

A run is made of its position in a block of `BLOCK` runs and of the block's mark. Every name that
must be unique carries the mark, so that `growing.py` can make a block of another by replacing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

BLOCK = 100
SEED = 7
# Yesterday's: pages show what the last days brought.
NEWEST = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=1)
APART = timedelta(minutes=3)
PROJECTS = ("vision", "forecasting")
DOMAINS = ("development", "production")
PEOPLE = ("ana", "bo", "chidi", "scheduler")


@dataclass(frozen=True)
class Kind:
    """A workflow, the tasks of its steps after the root, and how many pods the second has."""

    workflow: str
    tasks: tuple[str, str, str, str]
    workers: int = 1


KINDS = (
    Kind("train_pipeline", ("prepare_images", "train_model", "evaluate_model", "publish_model")),
    Kind("score_images", ("load_images", "score_batch", "merge_scores", "write_table")),
    Kind("distributed_training", ("shard", "train_distributed", "evaluate_model", "publish"), 4),
    Kind("nightly_report", ("query_sales", "aggregate", "render_report", "send_report")),
    Kind("feature_backfill", ("read_partitions", "build_features", "check", "write_table")),
    Kind("hyperparameter_sweep", ("plan_trials", "train_model", "compare", "publish_model"), 2),
)
MOST_ACTIONS = 1 + len(KINDS[0].tasks)


def mark(block: int) -> str:
    """What tells the names of one block from those of another; always of the same length."""
    return f"b{block:06d}"


def documents(
    block: int, *, actions: int = MOST_ACTIONS, age: int | None = None
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Project, domain, name and document of the block's runs, the newest first.

    They are as old as so many blocks, by default as the ones that lie before this one.
    """
    for position in range(BLOCK):
        random = Random(f"{SEED}/{position}")
        created = NEWEST - APART * ((block if age is None else age) * BLOCK + position)
        name = f"r{position:02d}{mark(block)}"
        project, domain = random.choice(PROJECTS), random.choice(DOMAINS)
        kind = KINDS[position % len(KINDS)]
        yield project, domain, name, _run(name, kind, created, domain, actions, random)


def _run(
    name: str, kind: Kind, created: datetime, domain: str, actions: int, random: Random
) -> dict[str, Any]:
    phase = random.choices(("succeeded", "failed", "aborted", "running"), (86, 9, 3, 2))[0]
    started = created + timedelta(seconds=random.randint(1, 40))
    minutes = [random.randint(1, 30) for _ in range(actions)]
    ended = started + timedelta(minutes=sum(minutes))
    cluster = f"{domain[:4]}-{random.randint(1, 3)}"
    steps = _steps(name, kind, started, minutes, phase, cluster, random)
    return {
        "workflow": kind.workflow,
        "version": f"v{random.randint(1, 20)}",
        "engine": "flyte2",
        "phase": phase,
        "launched_by": random.choice(PEOPLE),
        "org": "acme",
        "cluster": cluster,
        "namespace": f"ml-{domain}",
        "source_url": f"https://flyte.example.com/runs/{name}",
        **_times(created_at=created, **_span(started, ended, phase)),
        "labels": {"team": random.choice(("vision", "core")), "tier": str(random.randint(1, 3))},
        "context": {"wandb_project": kind.workflow, "owner": random.choice(PEOPLE)},
        **_links(random),
        "actions": list(steps),
    }


def _steps(
    run: str,
    kind: Kind,
    started: datetime,
    minutes: Sequence[int],
    phase: str,
    cluster: str,
    random: Random,
) -> Iterator[dict[str, Any]]:
    at = started
    for number, (task, length) in enumerate(
        zip((kind.workflow, *kind.tasks), minutes, strict=False)
    ):
        name = f"a{number}"
        ended = at + timedelta(minutes=length if number else sum(minutes))
        own = phase if number in {0, len(minutes) - 1} else "succeeded"
        span = _span(at, ended, own)
        yield {
            "name": name,
            "task": task,
            "task_type": "python",
            "phase": own,
            **({"parent": "a0"} if number else {}),
            **_times(**span),
            "context": {"wandb_id": f"{run}-{name}", "wandb_project": kind.workflow},
            "task_config": {"image": f"registry.example.com/{task}:{random.randint(1, 99)}"},
            "labels": {"stage": task},
            "attempts": list(
                _attempts(
                    f"{run}-{name}", span, own, kind.workers if number == 2 else 1, cluster, random
                )
            ),
        }
        at = ended if number else started


def _attempts(
    name: str,
    span: Mapping[str, datetime],
    phase: str,
    workers: int,
    cluster: str,
    random: Random,
) -> Iterator[dict[str, Any]]:
    number_of = 2 if random.random() < 0.08 else 1
    for number in range(1, number_of + 1):
        generated = f"{name}-{number - 1}"
        yield {
            "number": number,
            "phase": phase if number == number_of else "failed",
            **_times(**span),
            "cluster": cluster,
            "error": "" if number == number_of else "OOMKilled: exceeded its limit of 16Gi",
            "generated_name": generated,
            "pods": [
                {
                    "name": f"{generated}-{worker}" if workers > 1 else generated,
                    "uid": f"{generated}-{random.getrandbits(64):016x}",
                    "namespace": f"ml-{cluster}",
                    "container": "main",
                    "hostname": f"{generated}-{worker}",
                    "node": f"ip-10-0-{random.randint(0, 20)}-{random.randint(1, 250)}",
                    "worker_index": worker,
                    "primary": worker == 0,
                    **_times(**span),
                }
                for worker in range(workers)
            ],
        }


def _links(random: Random) -> dict[str, Any]:
    """One run in ten brings a link of its author's."""
    if random.random() >= 0.1:
        return {}
    return {"links": [{"name": "Notes", "url": "https://notes.example.com/runs/{{ .runName }}"}]}


def _span(started: datetime, ended: datetime, phase: str) -> dict[str, datetime]:
    running = {"started_at": started}
    return running if phase == "running" else running | {"ended_at": ended}


def _times(**moments: datetime) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in moments.items()}
