"""A file and what is stored: all of it or nothing, again and again, within its rights."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from linkhub.accounts.models import AuditEntry, Project
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import Backfill, LinkDefinition, Tool
from linkhub.runs.changes import current_change, next_change
from tests.factories import make_definition, make_private_project, make_project, make_tool
from tests.links.as_code.files import FILE, apply, keys, mistakes, plan

pytestmark = pytest.mark.django_db


def test_it_makes_what_the_file_says() -> None:
    made = apply(FILE)
    assert [(step.action, step.name) for step in made.steps] == [
        ("create", "grafana"),
        ("create", "pod-logs"),
        ("create", "board"),
    ]
    board = LinkDefinition.objects.get(key="board")
    assert (board.project, board.managed_by) == (Project.objects.get(), "platform")


def test_it_is_one_change_with_one_backfill() -> None:
    apply(FILE)
    assert set(LinkDefinition.objects.values_list("change", flat=True)) == {current_change()}
    assert Backfill.objects.count() == 1


def test_it_changes_nothing_the_second_time() -> None:
    apply(FILE)
    before = current_change(), AuditEntry.objects.count()
    again = apply(FILE)
    assert (again.steps, again.unchanged) == ([], 3)
    assert (current_change(), AuditEntry.objects.count()) == before


def test_it_says_what_it_would_change_and_changes_nothing() -> None:
    apply(FILE)
    planned = plan(FILE.replace("train_*", "score_*"))
    [step] = planned.steps
    [change] = step.changes
    assert (step.action, change.field, change.after) == (
        "change",
        "select",
        {"workflow": "score_*"},
    )
    assert LinkDefinition.objects.get(key="board").select == {"workflow": "train_*"}


def test_it_brings_back_what_was_deleted() -> None:
    make_definition("pod-logs", deleted=True)
    apply(FILE)
    assert keys() == {"pod-logs", "board"}


WITHOUT_POD_LOGS = FILE[: FILE.index("  - key: pod-logs")] + FILE[FILE.index("  - key: board") :]


def test_it_leaves_what_left_the_file_unless_told_to_prune() -> None:
    apply(FILE)
    assert apply(WITHOUT_POD_LOGS).left == ["definition pod-logs"]
    assert keys() == {"pod-logs", "board"}
    apply(WITHOUT_POD_LOGS, prune=True)
    assert keys() == {"board"}


def test_it_prunes_only_what_its_label_keeps() -> None:
    make_definition("by-hand")
    make_definition("of-another", managed_by="other")
    apply("label: platform", prune=True)
    assert keys() == {"by-hand", "of-another"}


def test_it_prunes_tools_after_their_definitions() -> None:
    apply(FILE)
    done = apply("label: platform", prune=True)
    assert [step.name for step in done.steps][-1] == "grafana"
    assert not Tool.objects.exists()


def test_it_keeps_a_tool_that_others_use() -> None:
    apply(FILE)
    make_definition("by-hand", tool=Tool.objects.get())
    assert mistakes("label: platform", prune=True) == [
        "line 1, column 1: tool grafana has left the file, and by-hand use it"
    ]
    assert keys() == {"pod-logs", "board", "by-hand"}


def test_it_prunes_nothing_without_a_label() -> None:
    assert "is needed to prune" in mistakes("version: 1", prune=True)[0]


def test_it_takes_nothing_from_another_file_unless_told_to() -> None:
    make_definition("board", project=make_project(), managed_by="other")
    assert mistakes(FILE) == [
        "line 12, column 5: definitions.1: is kept by the file labelled `other`"
    ]
    apply(FILE, take_over=True)
    assert LinkDefinition.objects.get(key="board").managed_by == "platform"


def test_it_takes_what_was_made_by_hand() -> None:
    make_definition("x", template="https://x.example.com", name="x")
    [step] = apply("label: git\ndefinitions: [{key: x, template: 'https://x.example.com'}]").steps
    assert [change.field for change in step.changes] == ["managed_by"]
    assert LinkDefinition.objects.get().managed_by == "git"


def test_it_names_every_mistake_at_its_line_and_changes_nothing() -> None:
    wrong = FILE.replace("kind: grafana\n", "kind: custom\n").replace("level: pod", "level: pods")
    wrong = wrong.replace("{{ .runName }}", "{{ .runNam }}").replace("label: platform", "labl: x")
    wrong = wrong.replace("labl: x", "label: platform") + "  - key: more\n"
    found = mistakes(wrong)
    assert [one.split(":")[0] for one in found] == [
        "line 11, column 5",
        "line 14, column 5",
        "line 16, column 5",
    ]
    assert "did you mean `runName`" in found[1]
    assert (LinkDefinition.objects.count(), Tool.objects.count(), Project.objects.count()) == (
        0,
        0,
        0,
    )


def test_it_refuses_what_stands_twice() -> None:
    twice = "definitions:\n" + "  - {key: x, template: 'https://x.example.com'}\n" * 2
    assert mistakes(twice) == ["line 3, column 6: definitions.1.key: `x` stands on line 2 already"]


OWN = "definitions: [{key: x, project: flytesnacks, template: 'https://x.example.com'}]"


class TestOneProjectsMaintainer:
    def test_they_change_their_projects(self) -> None:
        apply(OWN, project=make_project())
        assert keys() == {"x"}

    @pytest.mark.parametrize("owner", ["", "project: secret, ", "project: absent, "])
    def test_they_change_nothing_else(self, owner: str) -> None:
        make_private_project()
        text = f"definitions: [{{key: x, {owner}template: 'https://x.example.com'}}]"
        [mistake] = mistakes(text, project=make_project())
        assert "project" in mistake
        assert not LinkDefinition.objects.exists()
        assert not Project.objects.filter(name="absent").exists()

    def test_they_are_told_the_same_of_hidden_and_absent_projects(self) -> None:
        make_private_project()
        said = [
            mistakes(OWN.replace("flytesnacks", name), project=make_project())[0].replace(name, "")
            for name in ("secret", "absent")
        ]
        assert said[0] == said[1]

    def test_they_change_no_tool(self) -> None:
        make_tool("t", kind="custom", managed_by="git")
        assert "more rights" in mistakes("tools: [{name: t, kind: x}]", project=make_project())[0]
        apply("label: git", project=make_project(), prune=True)
        assert Tool.objects.exists()

    def test_they_prune_nothing_of_others(self) -> None:
        make_definition("a", managed_by="git")
        make_definition("b", project=make_private_project(), managed_by="git")
        make_definition("c", project=make_project(), managed_by="git")
        apply("label: git", project=make_project(), prune=True)
        assert keys() == {"a", "b"}


@pytest.mark.django_db(transaction=True)
def test_it_sees_what_an_admin_saves_meanwhile() -> None:
    next_change()
    text = "definitions: [{key: x, name: by file, template: 'https://x.example.com'}]"
    document = DefinitionDocument.model_validate({"name": "by hand", "template": "https://y.test"})
    done = []

    def apply_too() -> None:
        done.append(apply(text))
        connection.close()

    other = threading.Thread(target=apply_too)
    with transaction.atomic():
        save_definition(project=None, key="x", document=document)
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join(10)
    assert done[0].steps[0].action == "change"
    assert LinkDefinition.objects.get().history.count() == 2
