"""Flyte 1: its messages as documents, by CloudEvents and by flyteadmin's REST gateway."""
