"""Messages without the validator's own words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError, field_validator

from linkhub.lib.plain_errors import Location, plain_errors


class Shape(BaseModel):
    texts: dict[str, str | list[str]] = {}
    even: int = 0
    needed: str

    @field_validator("even")
    @classmethod
    def check_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("must be even.")
        return value


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ({"needed": "", "even": 1}, ("even",), "must be even"),
        ({}, ("needed",), "Field required"),
        (
            {"needed": "", "texts": {"a": 1}},
            ("texts", "a"),
            "Input should be a valid string or Input should be a valid list",
        ),
    ],
)
def test_it_says_what_is_wrong_once_and_where(
    document: dict[str, Any], place: Location, message: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        Shape.model_validate(document)

    assert plain_errors(raised.value, document) == [(place, message)]
