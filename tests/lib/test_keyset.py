import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkhub.lib.keyset import BadCursor, after, decode_cursor, encode_cursor
from linkhub.runs.models import Run
from tests.factories import CREATED, make_project, make_run

KINDS = (datetime, str, int)
ORDER = ("-created_at", "-domain", "-name")
OVERFLOWING = encode_cursor([datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), "a", 1])
ROWS = st.tuples(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))),
    st.integers(-(2**40), 2**40),
)


@given(ROWS)
def test_it_carries_a_place_in_the_order(row: tuple[datetime, str, int]) -> None:
    cursor = encode_cursor(row)
    assert decode_cursor(cursor, KINDS) == row
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    [
        "", "!", "é", "e30", "W10", "WzFd", "bm90IGpzb24", "W251bGwsbnVsbF0", "W10=",
        "WyIxIiwyLDNd",
        encode_cursor([CREATED, "a"]), encode_cursor([CREATED, "a", 1, 2]),
        encode_cursor([CREATED, 1, "a"]), encode_cursor(["2026", "a", 1]),
        encode_cursor([CREATED, "a\0", 1]), OVERFLOWING, encode_cursor([CREATED, "a", 1 << 70]),
        encode_cursor([datetime(2026, 1, 1), "a", 1]), "W" * 9_000, "W" * 1_000,  # noqa: DTZ001
    ],
)  # fmt: skip
def test_it_refuses_a_cursor_it_did_not_make(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, KINDS)


def test_it_carries_the_longest_names() -> None:
    row = (CREATED, *["\N{ROCKET}" * 255] * 5, "k" * 255, "-created", 1)
    assert decode_cursor(encode_cursor(row), tuple(map(type, row))) == row


def test_it_refuses_a_lone_surrogate_alone_or_in_a_text() -> None:
    for text in ('["\\ud800"]', '["a\\udfffb"]'):
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        with pytest.raises(BadCursor):
            decode_cursor(cursor, (str,))


def test_it_gives_times_in_utc() -> None:
    strange = timezone(timedelta(hours=5, microseconds=7))
    (moment,) = decode_cursor(encode_cursor([CREATED.astimezone(strange)]), (datetime,))
    assert isinstance(moment, datetime)
    assert (moment, moment.tzinfo) == (CREATED, UTC)


@given(st.text(max_size=80))
def test_it_fails_in_one_way_only(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, KINDS)


@pytest.mark.django_db
@pytest.mark.parametrize("order", [ORDER, tuple(each[1:] for each in ORDER)])
def test_it_reads_every_row_once(order: tuple[str, ...]) -> None:
    project = make_project()
    for number in range(7):
        created = CREATED + timedelta(hours=number // 3)
        make_run(project=project, name=f"r{number}", created_at=created)
    rows, place = [], None
    for _page in range(4):
        page = list(after(Run.objects.all(), order, place)[:2])
        rows += [run.name for run in page]
        last = page[-1]
        place = [last.created_at, last.domain, last.name]
    newest_first = [f"r{number}" for number in range(6, -1, -1)]
    assert rows == (newest_first if order is ORDER else newest_first[::-1])


@pytest.mark.django_db
def test_it_compares_rows_at_once() -> None:
    sql = str(after(Run.objects.all(), ORDER, [CREATED, "d", "r"]).query)
    assert "OR" not in sql.split("WHERE")[1].split("ORDER")[0]


def test_it_takes_one_direction_only() -> None:
    with pytest.raises(ValueError, match="all ascending or all descending"):
        after(Run.objects.all(), ("-created_at", "name"), None)
