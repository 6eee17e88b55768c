from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse
from pydantic import TypeAdapter, ValidationError

from linkhub.runs.scalars import Key


@pytest.mark.parametrize("key", ["a", "A-b_9", "x" * 255])
def test_a_key_is_a_slug(key: str) -> None:
    assert TypeAdapter(Key).validate_python(key) == key
    assert reverse("go_project", args=["p", key]) == f"/go/p/{key}"


@pytest.mark.parametrize("key", ["", "a b", "a/b", "é", "a\n", "x" * 256])
def test_a_key_is_nothing_else(key: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Key).validate_python(key)
    with pytest.raises(NoReverseMatch):
        reverse("go_project", args=["p", key])
