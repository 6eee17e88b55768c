"""From which address a request came."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings


def address_of(meta: Mapping[str, Any]) -> str:
    """The client's IP address by `request.META`; empty where there is none, as on a socket.

    Each proxy adds whom it was called by at the end of `X-Forwarded-For`: behind one proxy the
    last entry is true, and what stands before it is whatever the client wrote.
    """
    hops: int = settings.LINKHUB_PROXY_HOPS
    if hops:
        forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        return _plain(forwarded[-hops]) if len(forwarded) >= hops else ""
    return _plain(str(meta.get("REMOTE_ADDR", "")))


def network_of(address: str) -> str:
    """What is one customer's: an IPv4 address, or an IPv6 network of 64 bits."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def _plain(text: str) -> str:
    """In its usual spelling and without a port; empty where it is no address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if isinstance(found, ipaddress.IPv6Address) and found.scope_id:
        return str(ipaddress.IPv6Address(int(found)))
    return str(mapped or found)
