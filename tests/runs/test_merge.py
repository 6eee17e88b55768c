from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkhub.runs import merge


@dataclass
class Row:
    phase: str | None = None
    version: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stamps: dict[str, Any] = field(default_factory=dict)
    observed: dict[str, int] = field(default_factory=dict)


NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


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


def settled(*seen: tuple[str, int], reopened: int | None = None) -> str | None:
    row = Row()
    for phase, stamp in seen:
        merge.observe(row, phase, stamp)
    merge.settle(row, merge.reopening(row, [] if reopened is None else [reopened]))
    return row.phase


def test_it_never_goes_back_from_a_higher_phase() -> None:
    assert settled(("succeeded", 1), ("running", 2), ("queued", 3)) == "succeeded"


def test_it_takes_the_later_of_equally_high_phases() -> None:
    assert settled(("running", 1), ("paused", 2)) == "paused"
    assert settled(("paused", 1), ("running", 2)) == "running"
    assert settled(("failed", 2), ("aborted", 1)) == "failed"


def test_it_takes_the_greater_name_of_equal_stamps() -> None:
    assert settled(("running", 1), ("paused", 1)) == "running"


def test_it_starts_again_at_a_reopening() -> None:
    assert settled(("failed", 1), ("running", 3), reopened=2) == "running"
    assert settled(("failed", 1), reopened=2) is None


def test_it_ignores_a_reopening_of_what_had_not_ended() -> None:
    assert settled(("running", 1), reopened=2) == "running"
    assert settled(("running", 1), ("failed", 3), reopened=2) == "failed"


def ended(stamp: int, reopened: int | None) -> datetime | None:
    row = Row(observed={"failed": 1})
    merge.note_end(row, NOON, stamp)
    merge.settle(row, reopened)
    return row.ended_at


def test_it_takes_back_an_end_from_before_a_reopening() -> None:
    assert ended(stamp=1, reopened=2) is None
    assert ended(stamp=2, reopened=2) == NOON
    assert ended(stamp=1, reopened=None) == NOON


def test_it_gives_an_end_back_when_the_reopening_turns_out_not_to_count() -> None:
    row = Row(observed={"failed": 1})
    merge.note_end(row, NOON, 1)
    merge.settle(row, 2)
    merge.settle(row, None)
    assert row.ended_at == NOON


def test_it_keeps_microseconds() -> None:
    moment = datetime(2026, 1, 5, 12, 0, 0, 123457, tzinfo=UTC)
    assert merge.from_stamp(merge.to_stamp(moment)) == moment
