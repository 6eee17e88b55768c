"""Whatever JSON is sent instead of what the SDK sends: a document, or a refusal, never a crash."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.ingest.flyte2 import documents, messages, tracked
from linkhub.ingest.flyte2.values import Invalid
from linkhub.ingest.flyte2.wire import Message

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just([[1], {}])
)
READ_AT = datetime(2026, 1, 5, tzinfo=UTC)


def anything_like(message: Message) -> st.SearchStrategy[Any]:
    """The message's own shape, in which any part may be of another kind."""
    fields = {}
    for field in message.values():
        inner = ODD if isinstance(field.kind, str) else anything_like(field.kind)
        fields[field.name] = (st.lists(inner, max_size=2) if field.repeated else inner) | ODD
    return st.fixed_dictionaries({}, optional=fields)


@given(request=anything_like(messages.CREATE_RUN))
@settings(max_examples=60, deadline=None)
def test_any_creation_is_read_or_refused(request: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        tracked.run_created(request)


@given(update=anything_like(messages.UPDATE))
@settings(max_examples=100, deadline=None)
def test_any_report_is_read_or_refused(update: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        tracked.action_reported(update)


@given(event=anything_like(messages.EVENT))
@settings(max_examples=60, deadline=None)
def test_any_answer_of_a_back_end_is_read_or_refused(event: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        documents.action_of({"attempts": [event]}, None, READ_AT)
