"""What is wrong in a row: one sentence each, and the rest of it is kept."""

from typing import Any

import pytest

from linkhub.ingest.flyte2_local.documents import convert
from linkhub.runs.documents import ActionDocument
from tests.ingest.stores import attempts, stored, task, whole


def told(**fields: Any) -> tuple[ActionDocument, str]:
    """The action of a row and the one sentence about it."""
    converted = convert(stored(whole(), task("x1"), task("x2", **fields)))
    assert converted.document is not None
    [sentence] = converted.problems
    return converted.document.actions[1], sentence.removeprefix("run r1, action x2: ")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("context", "{oops", "context is not JSON (Expecting property name"),
        ("context", "[1]", "context is not an object and is left out."),
        ("context", '{"k": ["v"]}', "context value 'k' is not a text and is left out."),
        ("log_links", "{}", "log_links is not a list and is left out."),
        ("log_links", "[" * 100_000, "log_links is nested too deeply and is left out."),
        ("log_links", '["https://x.example.com"]', "link 'https://x.example.com' is not a name"),
        ("log_links", '[["a", "b", "c"]]', "link \"['a', 'b', 'c']\" is not a name and a URL"),
        ("log_links", f'[["Long", "https://x/{"y" * 9000}"]]', "link 'Long' is left out: url "),
        ("attempts_json", "{", "attempts_json is not JSON (Expecting property name"),
        ("attempts_json", "[7]", "attempt '7' is not an object and is left out."),
        ("attempts_json", '[{"status": "failed"}]', "an attempt is left out: number "),
        ("attempts_json", attempts("napping"), "status 'napping' is not known and is left out."),
        ("status", "napping", "status 'napping' is not known and is left out."),
        ("start_time", "noon", "start_time is 'noon', which is no time, and is left out."),
        ("end_time", 1e300, "end_time is '1e+300', which is no time, and is left out."),
        ("end_time", float("nan"), "end_time is 'nan', which is no time, and is left out."),
    ],
)
def test_it_leaves_out_what_it_cannot_read(column: str, value: Any, sentence: str) -> None:
    action, said = told(**{column: value})
    assert said.startswith(sentence)
    assert (action.name, action.task, action.parent) == ("x2", "env.train", "x1")


@pytest.mark.parametrize("fields", [{"task_name": "x" * 300}, {"parent_id": "a\nb"}])
def test_it_leaves_out_a_row_that_breaks_a_rule(fields: dict[str, Any]) -> None:
    converted = convert(stored(whole(), task("x1"), task("x2", **fields)))
    assert converted.document is not None
    assert [action.name for action in converted.document.actions] == ["x1"]
    [sentence] = converted.problems
    assert sentence.startswith("run r1, action x2: it is left out: ")


def test_it_leaves_out_a_run_whose_name_cannot_be_recorded() -> None:
    converted = convert(stored(whole(), name="x" * 300))
    assert converted.document is None
    [sentence] = converted.problems
    assert "is left out: A name has 1 to 255 characters." in sentence


def test_it_keeps_a_readable_link_beside_an_unreadable_one() -> None:
    action, _ = told(log_links='[["Good", "https://x.example.com"], [1, 2]]')
    assert [link.name for link in action.links or []] == ["Good"]


def test_it_does_not_clear_links_that_it_cannot_read() -> None:
    action, _ = told(log_links="{oops")
    assert "links" not in action.model_fields_set
