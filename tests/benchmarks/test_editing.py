import pytest

from benchmarks.editing import scope_of
from benchmarks.runs import BLOCK, documents


@pytest.mark.parametrize(("edited", "size"), [(100, 1000), (5000, 10_000), (100_000, 1_000_000)])
def test_it_edits_about_as_many_runs_as_asked_for(edited: int, size: int) -> None:
    scope = scope_of(edited, size)
    touched = [
        project
        for project, _, _, document in documents(0)
        if project in scope.projects and document["workflow"] in scope.workflows
    ]
    assert abs(len(touched) / BLOCK * size - edited) <= 0.1 * size


def test_it_edits_all_where_there_are_no_more() -> None:
    assert len(scope_of(100_000, 1000).workflows) == 6
