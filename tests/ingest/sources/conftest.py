import pytest

from linkhub.ingest.sources import registry
from tests.ingest.sources.fake import BackEnd, FakeConnector


@pytest.fixture
def back_end(monkeypatch: pytest.MonkeyPatch) -> BackEnd:
    """An empty back end; `fake` is a kind of source as long as the test runs."""
    monkeypatch.setitem(registry.CONNECTORS, "fake", FakeConnector)
    monkeypatch.setattr(FakeConnector, "back_end", BackEnd())
    return FakeConnector.back_end
