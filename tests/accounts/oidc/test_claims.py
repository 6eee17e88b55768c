"""What a provider says of a person, taken apart with distrust."""

from __future__ import annotations

from typing import Any

import pytest

from linkhub.accounts.oidc.claims import Refused, Roles, check_may_come_in, groups_of, kept_here


@pytest.mark.parametrize(
    ("userinfo", "id_token", "expected"),
    [
        ({"groups": ["a", "b"]}, {}, {"a", "b"}),
        ({}, {"groups": ["a"]}, {"a"}),
        ({"groups": "one"}, {}, {"one"}),
        ({"groups": None}, {}, set()),
        ({}, {}, set()),
        ({"groups": {"a": 1}}, {}, set()),
        ({"groups": 7}, {}, set()),
        ({"groups": ["a", 1, None, "", "x" * 151, "n\0ul", ["b"]]}, {}, {"a"}),
    ],
)
def test_it_reads_groups_and_drops_what_can_be_none(
    userinfo: dict[str, Any], id_token: dict[str, Any], expected: set[str]
) -> None:
    assert groups_of({"userinfo": userinfo, "id_token": id_token}, "groups") == expected


def test_it_refuses_answers_about_two_people() -> None:
    with pytest.raises(Refused, match="two different people"):
        groups_of({"userinfo": {"sub": "1"}, "id_token": {"sub": "2"}}, "groups")


@pytest.mark.parametrize(
    ("required", "groups", "comes_in"),
    [((), (), True), (("a",), ("a", "b"), True), (("a",), ("b",), False), (("a",), (), False)],
)
def test_it_lets_in_whoever_is_in_a_required_group(
    required: tuple[str, ...], groups: tuple[str, ...], comes_in: bool
) -> None:
    roles = Roles(required=frozenset(required))
    if comes_in:
        check_may_come_in(groups, roles)
    else:
        with pytest.raises(Refused):
            check_may_come_in(groups, roles)


def test_it_keeps_groups_by_glob() -> None:
    assert kept_here({"ml-a", "hr"}, Roles(groups=("ml-*",))) == {"ml-a"}
