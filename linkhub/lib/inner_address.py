"""The IPv4 address that an IPv6 one stands for: the one that is reached in the end."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

# IPv4 addresses inside of IPv6 ones, besides the mapped: RFC 6052.
_NAT64 = IPv6Network("64:ff9b::/96")


def inner_address(address: Address) -> Address:
    """The address itself where it stands for no other."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (address,))[-1]
