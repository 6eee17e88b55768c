"""A caller of the API whose events are recorded at once, however many the tests before sent."""

import pytest

from linkhub.ingest.arrivals import accepting
from tests.api.conftest import api, api_that, stranger

__all__ = ["api", "api_that", "stranger"]


@pytest.fixture(autouse=True)
def full_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "allowance", accepting.Allowance(burst=400, each_second=5))
