"""Names as Flyte's back ends make them, where an execution was recorded without them."""

from __future__ import annotations

import base64
import re

from linkhub.links.resolving.facts import ActionFacts, AttemptFacts, RunFacts

FLYTE_1 = frozenset({"flyte1", "flyte"})
FLYTE_2 = frozenset({"flyte2", "flyte2-local"})

_LONGEST_GENERATED = 50
_LONGEST_DNS_1123 = 253
_LONGEST_HASH = 20
_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NOT_DNS_1123 = re.compile(r"[^-.a-z0-9]")
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
# FNV-1a of 32 bits in base 32 with an alphabet of Flyte's own.
_FNV_OFFSET, _FNV_PRIME = 0x811C9DC5, 0x01000193
_TO_FLYTE_BASE32 = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz123456", "="
)


def generated_name(run: RunFacts, action: ActionFacts, attempt: AttemptFacts) -> str:
    """The attempt's generated name as its engine writes it into links; "" where nobody knows."""
    retry = attempt.number - 1
    if run.engine in FLYTE_2:
        return dns_1123(attempt.generated_name or f"{run.name}-{action.name}-{retry}")
    if run.engine in FLYTE_1 and not attempt.generated_name:
        return fixed_length_id(f"{run.name}-{action.name}-{retry}", _LONGEST_GENERATED)
    return attempt.generated_name


def dns_1123(name: str) -> str:
    """Flyte's ConvertToDNS1123SubdomainCompatibleString: what no pod's name can hold is left
    out, camel case gets dashes."""
    if len(name) <= _LONGEST_DNS_1123 and _DNS_1123.fullmatch(name):
        return name
    name = _NOT_DNS_1123.sub("", _CAMEL.sub(r"\1-\2", name).lower()).strip(".-")
    if len(name) <= _LONGEST_DNS_1123:
        return name
    kept = name[: _LONGEST_DNS_1123 - _LONGEST_HASH - 1]
    return f"{kept}-{fixed_length_id(name, _LONGEST_HASH)}"


def fixed_length_id(name: str, longest: int) -> str:
    """Flyte's FixedLengthUniqueID: the name, or a hash of it where it is too long."""
    data = name.encode("utf-8", "replace")
    if len(data) <= longest:
        return name
    digest = _FNV_OFFSET
    for byte in data:
        digest = (digest ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    return "f" + base64.b32encode(digest.to_bytes(4, "big")).decode().translate(_TO_FLYTE_BASE32)


def bare_container_id(container_id: str) -> str:
    """What stands between the first and the second `://`, else the whole, as in Flyte."""
    scheme, mark, rest = container_id.partition("://")
    return rest.partition("://")[0] if mark else scheme
