"""Settings for every test; those of real processes are production's."""

from __future__ import annotations

import gc

import pytest
from django.conf import settings


def pytest_configure(config: pytest.Config) -> None:
    # Nothing has collected static files for tests, and whitenoise warns of an absent folder.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    # Threads that store have connections of their own, and would outlive the database.
    from linkhub.links.usage import clicks

    clicks.buffer.flushes = False
    from linkhub.seeing.reporting import reporter

    reporter.runs = False
    # A slow hash is what most of a suite with users would spend its time on.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests ask as fast as they can; what is about limits sets its own.
    settings.LINKHUB_TOKEN_REQUESTS = settings.LINKHUB_ADDRESS_REQUESTS = 0
    # Whether too much waits is asked by the clock, and would be a query more in some tests.
    settings.LINKHUB_MAX_PENDING = 0


def pytest_collection_finish(session: pytest.Session) -> None:
    # What was imported and collected stays to the end: to look through it for garbage over and
    # over takes an eighth of all tests' time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
