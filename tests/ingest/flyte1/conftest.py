from collections.abc import Callable, Iterator
from typing import Any

import pytest

from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources.changes import poll_now
from linkhub.ingest.sources.rounds import poll
from tests.ingest.flyte1.back_end import START, BackEnd
from tests.ingest.flyte2.back_end import serving

Poll = Callable[..., Source]


@pytest.fixture
def flyte() -> BackEnd:
    return BackEnd()


@pytest.fixture
def address(flyte: BackEnd) -> Iterator[str]:
    with serving(flyte.application()) as address:
        yield address


@pytest.fixture
def poll_it(address: str, db: None) -> Poll:
    """Polls the back end's source at once, which is made on the first call; gives the source."""

    def once(variable: str = "", **settings: Any) -> Source:
        fields = {
            "kind": "flyte1",
            "address": address,
            "credentials_variable": variable,
            "settings": {"projects": ["flytesnacks/development"]} | settings,
        }
        source, _ = Source.objects.get_or_create(name="flyte", defaults=fields)
        poll_now(source)
        FollowedRun.objects.filter(due_at__isnull=False).update(due_at=START)
        assert poll(source.pk)
        source.refresh_from_db()
        return source

    return once
