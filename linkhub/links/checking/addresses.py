"""Which hosts and addresses a check may connect to: what it resolves, it connects to itself.

A URL of a run names the host, so the server could be made to ask what only it can reach. The name
has to match LINKHUB_CHECK_HOSTS; it is resolved once, every address it has must be allowed, and
the connection goes to one of these and not to the name again, so that no second DNS answer counts.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from django.conf import settings

from linkhub.lib.inner_address import Address, inner_address
from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url

Network: TypeAlias = IPv4Network | IPv6Network


class Forbidden(OSError):
    """The host or its address may not be asked."""


@dataclass(frozen=True)
class Reach:
    """`hosts` are globs, as in the URL policy; `networks` are allowed though they are private."""

    hosts: tuple[str, ...]
    networks: tuple[Network, ...] = field(default=())

    def check(self, url: str) -> None:
        """Raises Forbidden where the URL's host, scheme or form is not allowed."""
        policy = UrlPolicy(admin_hosts=self.hosts)
        if refusal := check_url(url, origin=HostOrigin.ADMIN, policy=policy):
            raise Forbidden(f"may not be asked: {refusal.message}")

    def addresses(self, host: str, port: int) -> list[str]:
        """Those of the host, all of which are allowed. Raises Forbidden, or OSError for no name."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        names = list(dict.fromkeys(str(address[0]) for *_, address in found))
        for name in names:
            if not self.allows(ip_address(name.partition("%")[0])):
                raise Forbidden("its host has an address that may not be asked")
        return names

    def allows(self, address: Address) -> bool:
        inner = inner_address(address)
        if any(inner in network for network in self.networks):
            return True
        return inner.is_global and not (inner.is_multicast or inner.is_unspecified)


def reach() -> Reach:
    """As the operator has set it."""
    return Reach(
        hosts=tuple(settings.LINKHUB_CHECK_HOSTS),
        networks=networks_of(settings.LINKHUB_CHECK_NETWORKS),
    )


def networks_of(given: Sequence[str]) -> tuple[Network, ...]:
    """Raises ValueError."""
    return tuple(ip_network(each) for each in given)
