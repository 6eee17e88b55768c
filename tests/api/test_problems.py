from __future__ import annotations

import json

import pytest
from django.test import RequestFactory
from ninja.errors import HttpError

from linkhub.api.api import api
from linkhub.api.problems import KINDS, Problem


@pytest.mark.parametrize(
    ("status", "title"), [(400, "Bad Request"), (502, "Bad Gateway"), (499, "Refused")]
)
def test_it_answers_refusals_of_the_framework_of_any_status(status: int, title: str) -> None:
    assert status not in KINDS
    error = HttpError(status, "Cannot parse.")
    response = api.on_exception(RequestFactory().get("/"), error)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "Cannot parse.",
    }


@pytest.mark.parametrize("status", KINDS)
def test_it_says_where_a_refusal_is_explained(status: int) -> None:
    document = Problem(status).document()
    assert document["type"] == f"/api/docs#problem-{KINDS[status].slug}"
    assert document["detail"] == KINDS[status].detail
