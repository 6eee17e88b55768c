"""Suggestions: what a few letters may be the beginning of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linkhub.accounts.models import User
from linkhub.links.suggesting import MOST, OF_A_KIND, suggest
from tests import factories as make

pytestmark = pytest.mark.django_db


def names(text: str) -> list[tuple[str, str]]:
    viewer = User.objects.filter(username="ana").first() or make.make_user()
    return [(hit.kind, hit.name) for hit in suggest(viewer, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ru", [("run", "run-1")]),
        ("RU", []),
        ("r", [("workflow", "train_pipeline")]),
        ("PIPE", [("workflow", "train_pipeline")]),
        ("snack", [("project", "flytesnacks")]),
        ("run-1", [("run", "run-1")]),
        ("%", []),
        ("ru_", []),
        ("", []),
        ("  ", []),
    ],
)
def test_it_suggests(text: str, found: list[tuple[str, str]]) -> None:
    make.make_run("run-1")
    assert names(text) == found


def test_what_begins_so_comes_first() -> None:
    for name in ("a-train", "train-a", "b-train"):
        make.make_run("r", workflow=name, domain=name)
    assert [name for _, name in names("train")] == ["train-a", "a-train", "b-train"]


def test_what_has_the_whole_name_comes_before_all() -> None:
    make.make_run("train")
    make.make_run("train-2", created_at=make.CREATED + timedelta(days=1))
    assert names("train")[0] == ("run", "train")


def test_it_suggests_but_a_few() -> None:
    for number in range(10):
        make.make_run(f"many-{number}", workflow=f"many-{number}")
    found = [kind for kind, _ in names("many")]

    assert found.count("run") == found.count("workflow") == OF_A_KIND
    assert len(found) <= MOST


def test_a_workflow_of_several_domains_is_one() -> None:
    for domain in ("development", "production"):
        make.make_run(domain=domain)
    assert names("train") == [("workflow", "train_pipeline")]


def test_it_reads_a_url_as_finding_does() -> None:
    make.make_action(make.make_run(), "x1")
    assert names("https://wandb.ai/vision/cats/runs/r7-x1") == [("action", "x1")]
