"""Whose request it is, with and without proxies."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from linkhub.accounts.addresses import address_of, network_of


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1,2.2.2.2,3.3.3.3", "2.2.2.2"),
        (2, "3.3.3.3", ""),
        (1, "", ""),
        (1, "<script>", ""),
        (1, "4.4.4.4:5678", "4.4.4.4"),
        (1, "[2001:DB8::1]:80", "2001:db8::1"),
        (1, "::ffff:5.5.5.5", "5.5.5.5"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_it_believes_the_proxies_and_nobody_else(
    settings: object, hops: int, forwarded: str, expected: str
) -> None:
    settings.LINKHUB_PROXY_HOPS = hops  # type: ignore[attr-defined]
    meta = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": forwarded}

    assert address_of(meta) == expected


def test_one_network_of_ipv6_is_one_caller() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db9::1")
    assert network_of("10.0.0.9") == "10.0.0.9"


@pytest.mark.parametrize(("hops", "taken"), [(0, False), (1, True)])
def test_an_answer_has_the_id_of_its_request(settings: object, hops: int, taken: bool) -> None:
    settings.LINKHUB_PROXY_HOPS = hops  # type: ignore[attr-defined]
    answer = Client().get("/healthz", headers={"X-Request-ID": "from-the-proxy"})

    assert (answer["X-Request-ID"] == "from-the-proxy") is taken


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank s", 'quote"d-id', "línea-larga"])
def test_an_id_that_is_not_fit_for_a_log_is_replaced(settings: object, given: str) -> None:
    settings.LINKHUB_PROXY_HOPS = 1  # type: ignore[attr-defined]
    answer = Client().get("/healthz", headers={"X-Request-ID": given})

    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])
