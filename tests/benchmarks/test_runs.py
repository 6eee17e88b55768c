import json

from benchmarks.runs import BLOCK, MOST_ACTIONS, documents, mark
from linkhub.runs.documents import RunDocument


def test_it_makes_the_same_runs_every_time() -> None:
    assert list(documents(3)) == list(documents(3))


def test_it_makes_valid_documents() -> None:
    for _, _, _, document in documents(0):
        parsed = RunDocument.model_validate_json(json.dumps(document))
        assert len(parsed.actions) == MOST_ACTIONS
        assert all(attempt.pods for action in parsed.actions for attempt in action.attempts)


def test_it_makes_as_many_actions_as_asked_for() -> None:
    assert {len(document["actions"]) for *_, document in documents(0, actions=1)} == {1}


def test_it_marks_every_name_of_a_block() -> None:
    names = {name for _, _, name, _ in documents(12)}
    assert len(names) == BLOCK
    assert all(mark(12) in name for name in names)


def test_it_makes_blocks_that_differ_by_mark_and_time_alone() -> None:
    first, other = ([one[:3] for one in documents(block, age=0)] for block in (0, 7))
    assert other == [
        (project, domain, name.replace(mark(0), mark(7))) for project, domain, name in first
    ]
