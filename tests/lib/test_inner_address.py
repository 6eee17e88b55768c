"""Which IPv4 address an IPv6 one stands for."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from linkhub.lib.inner_address import inner_address


@pytest.mark.parametrize(
    ("address", "inner"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::c000:207", "192.0.2.7"),
        ("2002:c000:207::1", "192.0.2.7"),
        ("2001:0:1::3fff:fdf8", "192.0.2.7"),
    ],
)
def test_it_is_what_is_reached_in_the_end(address: str, inner: str) -> None:
    assert inner_address(ip_address(address)) == ip_address(inner)
