"""Answers: JSON straight from plain data, without a second validation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from pydantic_core import to_json

JSON = "application/json"


def json_response(data: Any, *, created: bool = False) -> HttpResponse:
    """`data` as JSON, 201 where something was created; times are RFC 3339 in UTC."""
    return HttpResponse(to_json(data), status=201 if created else 200, content_type=JSON)
