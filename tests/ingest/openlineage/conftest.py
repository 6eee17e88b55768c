from tests.api.conftest import api, api_that, stranger

__all__ = ["api", "api_that", "stranger"]
