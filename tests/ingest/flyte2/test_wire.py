"""The reader of protobuf, held against the generated classes of the installed flyteidl2."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from flyteidl2.auth import auth_service_pb2
from flyteidl2.cluster import payload_pb2
from flyteidl2.core import execution_pb2, tasks_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2
from flyteidl2.task import common_pb2
from flyteidl2.workflow import run_definition_pb2, run_service_pb2, tracked_run_service_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.ingest.flyte2 import messages, values
from linkhub.ingest.flyte2.wire import Field, Message, WireError, decode, encode

TABLES = {
    "CREATE_RUN": (messages.CREATE_RUN, tracked_run_service_pb2.CreateTrackedRunRequest),
    "REPORT_ACTIONS": (
        messages.REPORT_ACTIONS,
        tracked_run_service_pb2.ReportTrackedActionsRequest,
    ),
    "REPORTED": (messages.REPORTED, tracked_run_service_pb2.ReportTrackedActionsResponse),
    "CREATED": (messages.CREATED, run_service_pb2.CreateRunResponse),
    "EVENT": (messages.EVENT, run_definition_pb2.ActionEvent),
    "TASK_LOG": (messages.TASK_LOG, execution_pb2.TaskLog),
    "TASK_TEMPLATE": (messages.TASK_TEMPLATE, tasks_pb2.TaskTemplate),
    "SELECT_CLUSTER": (messages.SELECT_CLUSTER, payload_pb2.SelectClusterRequest),
    "SELECTED_CLUSTER": (messages.SELECTED_CLUSTER, payload_pb2.SelectClusterResponse),
    "UPLOAD": (messages.UPLOAD, dataproxy_service_pb2.CreateUploadLocationRequest),
    "UPLOAD_LOCATION": (
        messages.UPLOAD_LOCATION,
        dataproxy_service_pb2.CreateUploadLocationResponse,
    ),
    "INPUTS": (messages.INPUTS, common_pb2.Inputs),
    "OAUTH_METADATA": (messages.OAUTH_METADATA, auth_service_pb2.GetOAuth2MetadataResponse),
    "CLIENT_CONFIG": (messages.CLIENT_CONFIG, auth_service_pb2.GetPublicClientConfigResponse),
}
INTS = {
    FieldDescriptor.TYPE_INT32,
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_UINT32,
    FieldDescriptor.TYPE_ENUM,
}
KINDS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_BOOL: "bool",
}
TIMES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def assert_same(message: Message, descriptor: Any) -> None:
    """Numbers, names, kinds: every line of a table is as flyteidl2 has it."""
    for number, field in message.items():
        theirs = descriptor.fields_by_number[number]
        assert field.name == theirs.json_name, descriptor.full_name
        assert (field.repeated or field.is_map) == theirs.is_repeated, field.name
        if theirs.message_type is None:
            kind = "int" if theirs.type in INTS else KINDS[theirs.type]
            assert field.kind == kind, field.name
        elif time := TIMES.get(theirs.message_type.full_name):
            assert field.kind == time
        else:
            assert not isinstance(field.kind, str)
            assert_same(field.kind, theirs.message_type)


@pytest.mark.parametrize("name", TABLES)
def test_it_has_flyte_s_fields(name: str) -> None:
    message, theirs = TABLES[name]
    assert_same(message, theirs.DESCRIPTOR)


def values_of(field: Field) -> st.SearchStrategy[Any]:
    if field.is_map:
        return st.dictionaries(TEXT, TEXT, max_size=3)
    one = value_of(field)
    return st.lists(one, max_size=3) if field.repeated else one


def value_of(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case "string":
            return TEXT
        case "int":
            # An enum of more than its names is kept, as proto3 does.
            return st.integers(0, 2**31 - 1)
        case "bool":
            return st.booleans()
        case "timestamp":
            moments = st.datetimes(timezones=st.just(UTC))
            return moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
        case "duration":
            return st.nothing()
        case kind:
            return documents(kind)  # type: ignore[arg-type]


def documents(message: Message) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        field.name: values_of(field) for field in message.values() if field.kind != "duration"
    }
    return st.fixed_dictionaries({}, optional=fields)


def without_defaults(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: without_defaults(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in ("", 0, False, [], {}, None)}
    return [without_defaults(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["CREATE_RUN", "REPORT_ACTIONS", "UPLOAD_LOCATION", "INPUTS"])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_it_reads_and_writes_as_the_generated_classes(name: str, data: st.DataObject) -> None:
    message, theirs = TABLES[name]
    document = data.draw(documents(message))
    parsed = theirs.FromString(encode(message, document))
    back = MessageToDict(parsed, use_integers_for_enums=True)
    mine = without_defaults(decode(message, parsed.SerializeToString()))
    assert as_moments(without_defaults(back)) == as_moments(mine)


def as_moments(value: Any) -> Any:
    """Times are compared as times: proto3's JSON has three or six or no digits of a second."""
    if isinstance(value, dict):
        return {
            key: _moment(each) if key.endswith(("Time", "At")) else as_moments(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [as_moments(each) for each in value]
    return int(value) if isinstance(value, str) and value.isdecimal() and value.isascii() else value


def _moment(value: Any) -> Any:
    return values.moment(value) if isinstance(value, str) and "T" in value else as_moments(value)


@given(data=st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_it_refuses_or_reads_whatever_comes(data: bytes) -> None:
    for message, _ in TABLES.values():
        try:
            decode(message, data)
        except WireError:
            continue


def test_it_merges_a_message_that_comes_twice() -> None:
    one = tracked_run_service_pb2.CreateTrackedRunRequest()
    one.run_id.name = "r"
    other = tracked_run_service_pb2.CreateTrackedRunRequest()
    other.run_id.project = "p"
    both = one.SerializeToString() + other.SerializeToString()
    assert decode(messages.CREATE_RUN, both)["runId"] == {"name": "r", "project": "p"}


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",  # no length
        b"\x0a\x05ab",  # breaks off
        b"\x0b\x0c",  # a group
        b"\x00",  # field 0
        b"\x08" + b"\xff" * 11,  # a number without end
        b"\x0a\x02\x22\x00\xff",  # a stray byte
        b"\x08\x01",  # a number where a message belongs
        b"\x0a\x04\x22\x02\xff\xfe",  # not UTF-8
    ],
)
def test_it_refuses_what_is_no_message(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(messages.REPORT_ACTIONS, data)
