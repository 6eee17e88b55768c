from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkhub.runs import merge


@dataclass
class Row:
    version: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    cluster: str = ""
    stamps: dict[str, Any] = field(default_factory=dict)


def test_it_takes_the_later_stamp_whatever_the_order() -> None:
    early, late = Row(), Row()
    for stamp in (1, 2):
        merge.merge_fields(early, {"version": f"v{stamp}"}, stamp)
    for stamp in (2, 1):
        merge.merge_fields(late, {"version": f"v{stamp}"}, stamp)
    assert early == late
    assert early.version == "v2"


def test_it_takes_the_greater_value_of_equal_stamps() -> None:
    row = Row()
    merge.merge_fields(row, {"version": "b"}, 1)
    merge.merge_fields(row, {"version": "a"}, 1)
    assert row.version == "b"


def test_it_takes_null_over_any_text_of_the_same_stamp() -> None:
    for values in (None, "v1"), ("v1", None):
        row = Row()
        for value in values:
            merge.merge_fields(row, {"version": value}, 1)
        assert row.version == ""


def test_it_takes_any_text_over_the_empty_one_of_the_same_stamp() -> None:
    for values in ("", "v1"), ("v1", ""):
        row = Row()
        for value in values:
            merge.merge_fields(row, {"version": value}, 1)
        assert row.version == "v1"


def test_it_forgets_that_a_field_was_null() -> None:
    row = Row()
    merge.merge_fields(row, {"version": None, "cluster": None}, 1)
    merge.merge_fields(row, {"version": ""}, 2)
    assert row.stamps["nulls"] == ["cluster"]


def test_it_reports_a_confirmed_value_as_unchanged_but_to_be_saved() -> None:
    row = Row()
    merge.merge_fields(row, {"version": "v1"}, 1)
    assert merge.merge_fields(row, {"version": "v1"}, 2) == (set(), True)
    assert merge.merge_fields(row, {"version": "v1"}, 2) == (set(), False)


def test_it_merges_maps_by_key_and_deletes_by_null() -> None:
    row = Row()
    merge.merge_fields(row, {"labels": {"a": "1", "b": "1"}}, 1)
    merge.merge_fields(row, {"labels": {"b": None, "c": "1"}}, 2)
    assert row.labels == {"a": "1", "c": "1"}


def test_it_remembers_what_was_deleted() -> None:
    row = Row()
    merge.merge_fields(row, {"labels": {"a": None}}, 2)
    merge.merge_fields(row, {"labels": {"a": "late"}}, 1)
    assert row.labels == {}


def test_it_clears_a_whole_map_up_to_its_stamp() -> None:
    row = Row()
    merge.merge_fields(row, {"labels": None}, 2)
    merge.merge_fields(row, {"labels": {"a": "old"}}, 1)
    merge.merge_fields(row, {"labels": {"b": "new"}}, 3)
    assert row.labels == {"b": "new"}


maps = st.none() | st.dictionaries(st.sampled_from("ab"), st.none() | st.sampled_from("xy"))
messages = st.lists(st.tuples(st.integers(1, 4), maps), max_size=6)


@given(messages, st.randoms(use_true_random=False))
def test_it_merges_maps_the_same_in_any_order_and_number(
    sent: list[tuple[int, Any]], random: Any
) -> None:
    shuffled = [*sent, *sent[:2]]
    random.shuffle(shuffled)
    one, other = Row(), Row()
    for stamp, labels in sent:
        merge.merge_fields(one, {"labels": labels}, stamp)
    for stamp, labels in shuffled:
        merge.merge_fields(other, {"labels": labels}, stamp)
    assert one.labels == other.labels


def test_it_keeps_microseconds() -> None:
    moment = datetime(2026, 1, 5, 12, 0, 0, 123457, tzinfo=UTC)
    assert merge.from_stamp(merge.to_stamp(moment)) == moment
