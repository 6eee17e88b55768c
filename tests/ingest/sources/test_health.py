from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from linkhub.ingest.models import FollowedRun
from linkhub.ingest.sources.health import health_of_sources
from tests.ingest.sources.fake import START, make_source

pytestmark = pytest.mark.django_db


def ago(**length: float) -> timedelta:
    return timedelta(**length)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "new"),
        ({"enabled": False, "failures": 2}, "paused"),
        ({"failures": 2, "caught_up_at": ago(seconds=1)}, "failing"),
        ({"last_error": "a/b: gone.", "caught_up_at": ago(seconds=1)}, "incomplete"),
        ({"caught_up_at": ago(minutes=5)}, "late"),
        ({"caught_up_at": ago(minutes=5), "interval": timedelta(minutes=2)}, "ok"),
        ({"caught_up_at": ago(seconds=20)}, "ok"),
    ],
)
def test_it_says_how_a_source_is(fields: dict[str, Any], state: str) -> None:
    now = timezone.now()
    made = {key: now - at if key == "caught_up_at" else at for key, at in fields.items()}
    make_source(**made)
    [health] = health_of_sources()
    assert health.state == state


def test_it_counts_followed_and_unreadable_runs() -> None:
    source = make_source(caught_up_at=timezone.now() - ago(seconds=30))
    for number, fields in enumerate([{}, {"due_at": START}, {"due_at": START, "failures": 1}]):
        FollowedRun.objects.create(
            source=source, project="p", domain="d", name=f"r{number}", created_at=START, **fields
        )
    [health] = health_of_sources()
    assert (health.live_runs, health.failing_runs, health.state) == (2, 1, "incomplete")
    assert 30 <= (health.lag_seconds or 0) < 40
