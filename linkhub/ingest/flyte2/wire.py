"""Protobuf's wire format, for the few fields that LinkHub reads and the few it writes.

The SDK sends protobuf alone. Generated classes would tie every LinkHub to one version of
protobuf's runtime and of `flyteidl2`, which pulls in much more; the format itself is five wire
types. So a message is a table of the fields that are used; all others are skipped unseen. What
comes out has the shape of proto3's JSON, so that both codecs end in the same code. Tests hold it
against the generated classes.

Source of the format: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Kind = Literal["string", "bytes", "int", "bool", "timestamp", "duration"]
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_FIELDS = 100_000


class WireError(ValueError):
    """The bytes are not the message that they should be."""


@dataclass(frozen=True)
class Field:
    """`name` as in proto3's JSON. A map is a repeated field whose entries become a dict."""

    name: str
    kind: Kind | Mapping[int, Field]
    repeated: bool = False
    is_map: bool = False


Message = Mapping[int, Field]
ENTRY: Message = {1: Field("key", "string"), 2: Field("value", "string")}


def string_map(name: str) -> Field:
    return Field(name, ENTRY, is_map=True)


def decode(message: Message, data: bytes) -> dict[str, Any]:
    """The fields of `message` that are in `data`, the rest left out. Raises WireError."""
    found: dict[str, Any] = {}
    _merge(found, message, memoryview(data))
    return found


def _merge(found: dict[str, Any], message: Message, data: memoryview) -> None:
    """A message that comes twice is merged, as the format wants it."""
    for number, wire_type, value in _fields(data):
        field = message.get(number)
        if field is None:
            continue
        if field.is_map:
            _add_entry(found.setdefault(field.name, {}), field, wire_type, value)
        elif field.repeated:
            found.setdefault(field.name, []).append(_value(field, wire_type, value, None))
        else:
            found[field.name] = _value(field, wire_type, value, found.get(field.name))


def _add_entry(
    entries: dict[str, Any], field: Field, wire_type: int, value: int | memoryview
) -> None:
    entry = _value(field, wire_type, value, None)
    entries[entry.get("key", "")] = entry.get("value", "")


def _value(field: Field, wire_type: int, value: int | memoryview, before: Any) -> Any:
    expected = VARINT if field.kind in ("int", "bool") else LENGTH
    if wire_type != expected:
        raise WireError(f"{field.name} has the wire type {wire_type} instead of {expected}")
    match field.kind, value:
        case "int", int():
            return value - 2**64 if value >= 2**63 else value
        case "bool", int():
            return value != 0
        case "string", memoryview():
            try:
                return str(value, "utf-8")
            except UnicodeDecodeError as error:
                raise WireError(f"{field.name} is not UTF-8") from error
        case "bytes", memoryview():
            return bytes(value)
        case "timestamp" | "duration", memoryview():
            return _time(field, _parts(value))
        case kind, memoryview() if not isinstance(kind, str):
            inside: dict[str, Any] = before or {}
            _merge(inside, kind, value)
            return inside
    raise AssertionError(field)


_SECONDS: Message = {1: Field("seconds", "int"), 2: Field("nanos", "int")}


def _parts(data: memoryview) -> tuple[int, int]:
    found: dict[str, Any] = {}
    _merge(found, _SECONDS, data)
    return found.get("seconds", 0), found.get("nanos", 0)


def _time(field: Field, parts: tuple[int, int]) -> str:
    """As proto3's JSON writes it, to the microsecond."""
    seconds, nanos = parts
    if not 0 <= abs(nanos) < 10**9:
        raise WireError(f"{field.name} is no time")
    try:
        if field.kind == "duration":
            length = timedelta(seconds=seconds, microseconds=nanos // 1000)
            return f"{length.total_seconds():.6f}s"
        moment = EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)
    except OverflowError as error:
        raise WireError(f"{field.name} is no time") from error
    return moment.isoformat().replace("+00:00", "Z")


def _fields(data: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Number, wire type and value of each field; groups, which proto3 has not, are refused."""
    at = 0
    for _ in range(MAX_FIELDS):
        if at >= len(data):
            return
        tag, at = _varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number < 2**29:
            raise WireError("a field has no valid number")
        value: int | memoryview
        if wire_type == VARINT:
            value, at = _varint(data, at)
        else:
            size, at = _size(data, at, wire_type)
            if at + size > len(data):
                raise WireError("the message breaks off")
            value, at = data[at : at + size], at + size
        yield number, wire_type, value
    raise WireError(f"a message has more than {MAX_FIELDS} fields")


def _size(data: memoryview, at: int, wire_type: int) -> tuple[int, int]:
    match wire_type:
        case 2:
            return _varint(data, at)
        case 1:
            return 8, at
        case 5:
            return 4, at
    raise WireError(f"the wire type {wire_type} is not known")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise WireError("the message breaks off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), at
    raise WireError("a number is longer than ten bytes")


def encode(message: Message, values: Mapping[str, Any]) -> bytes:
    """`values`, named as in proto3's JSON, as bytes: for our own answers, which have no doubles."""
    out = bytearray()
    for number, field in sorted(message.items()):
        given = values.get(field.name)
        if given is None:
            continue
        if field.is_map:
            given = [{"key": key, "value": value} for key, value in given.items()]
        for value in given if field.repeated or field.is_map else [given]:
            _write(out, number, field, value)
    return bytes(out)


def _write(out: bytearray, number: int, field: Field, value: Any) -> None:
    if field.kind in ("int", "bool"):
        out += _number(number << 3 | VARINT) + _number(int(value) & (2**64 - 1))
        return
    match field.kind:
        case "string":
            data = value.encode()
        case "bytes":
            data = value
        case "timestamp":
            data = _write_time(value)
        case kind:
            data = encode(kind, value)  # type: ignore[arg-type]
    out += _number(number << 3 | LENGTH) + _number(len(data)) + data


def _write_time(value: str) -> bytes:
    length = datetime.fromisoformat(value) - EPOCH
    seconds = length.days * 86_400 + length.seconds
    return encode(_SECONDS, {"seconds": seconds, "nanos": length.microseconds * 1000})


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
