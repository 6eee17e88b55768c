"""Facts in any order, and late: the links end the same, and the others are left alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from linkhub.accounts.models import Project
from linkhub.links import work
from linkhub.links.backfill import advance_all
from linkhub.links.models import Link
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import ActionFields, RunDocument
from linkhub.runs.models import Pending
from linkhub.runs.record import emit_link, record_action, record_run, record_task_links
from tests import factories as make

pytestmark = pytest.mark.django_db
OF_RUN = {"domain": "development", "name": "r7"}
OF_ACTION = {"domain": "development", "run": "r7", "action": "x1"}
STATES = {
    "board": "ready",
    "emitted": "ready",
    "logs": "ready",
    "never": "missing",
    "static": "ready",
    "wandb": "ready",
}


def at(second: int) -> Any:
    return make.CREATED + timedelta(seconds=second)


def the_run(project: Project) -> None:
    document = {"workflow": "train", "context": {"wandb_id": "abc"}, "updated_at": at(1)}
    record_run(project=project, document=RunDocument.model_validate(document), **OF_RUN)


def the_action(project: Project) -> None:
    document = {"task": "train_model", "parent": "a0", "updated_at": at(2)}
    record_action(project=project, document=ActionFields.model_validate(document), **OF_ACTION)


def the_pod(project: Project) -> None:
    attempt = {"number": 1, "pods": [{"name": "r7-x1-0", "primary": True}]}
    document = ActionFields.model_validate({"attempts": [attempt], "updated_at": at(3)})
    record_action(project=project, document=document, **OF_ACTION)


def the_end(project: Project) -> None:
    document = '{"phase": "succeeded", "ended_at": "2026-01-05T10:10:00Z"}'
    fields = ActionFields.model_validate_json(document)
    record_action(project=project, document=fields, **OF_ACTION)


def the_links(project: Project) -> None:
    """The task's static one, and one that a running step emits."""
    static = AttachedLinkDocument(key="static", url="https://s.test/{{.podName}}")
    record_task_links(project=project, task="train_model", version="", links=[static])
    emitted = AttachedLinkDocument(key="emitted", url="https://e.test/")
    emit_link(project=project, link=emitted, **OF_ACTION)


FACTS = (the_run, the_action, the_pod, the_end, the_links)


def drain() -> None:
    work.drain(Pending.Lane.MAIN, seconds=30)


def define() -> Project:
    make.make_definition("board", template="https://b.test/{{.workflow}}/{{.taskName}}")
    make.make_definition("logs", level="pod", template="https://l.test/{{.podName}}")
    make.make_definition("wandb", template="https://w.test/{{.context.wandb_id}}")
    make.make_definition("never", template="https://n.test/{{.nodeName}}")
    return make.make_project()


def outcome() -> list[Any]:
    """What an action's links say; that it was told when it ended is the same in each order."""
    found = Link.objects.filter(action__name="x1").order_by("key")
    return list(found.values_list("key", "level", "state", "url", "origin", "reason"))


# All orders are 120; of these every fifth.
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("first", FACTS)
def test_each_order_of_arrival_ends_the_same(first: Any, step: int) -> None:
    project = define()
    ends = []
    for rest in list(permutations([fact for fact in FACTS if fact is not first]))[::step]:
        with transaction.atomic():
            for number, fact in enumerate((first, *rest)):
                fact(project)
                if number == 2:
                    drain()
            first(project)
            drain()
            # A task's links reach its actions by a backfill.
            advance_all()
            drain()
            ends.append(outcome())
            transaction.set_rollback(True)
    assert {key: state for key, _, state, *_ in ends[0]} == STATES
    assert [end for end in ends if end != ends[0]] == []


@pytest.mark.parametrize(
    ("fact", "moved"),
    [
        (the_pod, {"logs", "static"}),
        (the_end, {"never"}),
    ],
)
def test_only_what_depends_on_a_late_fact_is_written_again(fact: Any, moved: set[str]) -> None:
    project = define()
    others = [each for each in FACTS if each not in (fact, the_end)]
    for each in others:
        each(project)
    drain()
    Link.objects.update(resolved_at=make.CREATED)
    fact(project)
    drain()
    written = Link.objects.exclude(resolved_at=make.CREATED).filter(action__name="x1")
    assert set(written.values_list("key", flat=True)) == moved
