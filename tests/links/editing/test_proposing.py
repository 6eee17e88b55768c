"""Starting from a URL: whose link it is, and what gives it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from linkhub.accounts.models import Project, User
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.editing.proposing import Proposals, propose
from linkhub.links.previewing import trial_of
from tests import factories as make

pytestmark = pytest.mark.django_db
WANDB = "https://wandb.ai/vision/cats/runs/8a1f2b"


@pytest.fixture(autouse=True)
def _run(db: None) -> None:
    run = make.make_run("f3a1b2c3", context={"wandb_project": "cats", "wandb_entity": "vision"})
    context = {"wandb_project": "cats", "wandb_entity": "vision", "wandb_id": "8a1f2b"}
    attempt = make.make_attempt(make.make_action(run, context=context))
    make.make_pod(attempt, "f3a1b2c3-a0-0")


def proposed(url: str, viewer: User | None = None, **fields: Any) -> Proposals:
    fields = {"may_add_tools": True} | fields
    return propose(url, viewer or make.make_admin(), now=timezone.now(), **fields)


def test_it_reads_a_link_of_wandb_by_the_runs_context() -> None:
    first = proposed(WANDB).found[0]

    assert (first.definition["provider"], first.definition["params"]) == ("wandb_run", {})
    assert first.new_tool == {
        "name": "wandb",
        "kind": "wandb",
        "base_url": "https://wandb.ai",
        "settings": {},
    }
    assert "context.wandb_id" in first.variables
    assert "".join(part.text for part in first.parts) == WANDB


def test_it_uses_the_tool_that_is_there() -> None:
    make.make_tool("our-wandb", "wandb", base_url="https://wandb.ai")
    first = proposed(WANDB).found[0]

    assert (first.new_tool, first.definition["tool"]) == (None, "our-wandb")


def test_it_makes_a_template_of_what_it_does_not_know() -> None:
    url = "https://boards.example.com/p/f3a1b2c3-a0-0?run=f3a1b2c3"
    [found] = proposed(url).found

    assert found.definition["template"] == (
        "https://boards.example.com/p/{{ .podName }}?run={{ .runName }}"
    )
    assert (found.definition["level"], found.definition["key"]) == ("pod", "boards")


def test_a_parameter_that_equals_a_value_becomes_its_variable() -> None:
    url = "https://github.com/acme/cats/pull/f3a1b2c3"
    found = proposed("https://wandb.ai/vision/other-project/runs/8a1f2b").found

    assert found[0].definition["params"] == {"project": "other-project"}
    assert "{{ .runName }}" in proposed(url, User.objects.get()).found[-1].definition["template"]


@pytest.mark.parametrize("url", ["", "wandb.ai/x", "javascript:alert(1)", "https://u:p@x.example/"])
def test_it_says_what_is_wrong_with_an_address(url: str) -> None:
    found = proposed(url)

    assert found.problem
    assert not found.found


def test_an_address_of_no_run_stays_as_it_is() -> None:
    [found] = proposed("https://wiki.example.com/handbook").found

    assert (found.definition["level"], found.variables) == ("project", [])


def test_it_knows_nothing_of_a_run_that_the_viewer_may_not_see() -> None:
    Project.objects.update(visibility=Project.Visibility.PRIVATE)
    found = proposed("https://boards.example.com/f3a1b2c3-a0-0", make.make_user())

    assert found.owner is None
    assert not [name for each in found.found for name in each.variables]


def test_a_maintainers_proposals_need_no_new_tool() -> None:
    project = Project.objects.get()
    found = proposed(WANDB, make.make_user(), project=project, may_add_tools=False).found

    assert found
    assert all(each.new_tool is None for each in found)


def test_every_proposal_can_be_saved() -> None:
    for each in proposed(WANDB).found:
        tool = ToolDocument.model_validate(each.new_tool) if each.new_tool else None
        trial_of(DefinitionDocument.model_validate(each.definition), new_tool=tool)
