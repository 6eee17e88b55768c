"""Copies of a block are what recording and resolving their documents would have stored."""

import pytest
from django.db.models import Count

from benchmarks import definitions
from benchmarks.growing import Data
from benchmarks.resolving import measure
from benchmarks.runs import BLOCK, mark
from linkhub.links.models import Link, Resolved
from linkhub.runs.models import Action, Attempt, Pending, Pod, Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data() -> Data:
    definitions.define()
    data = Data(actions=2)
    data.begin()
    data.grow(3 * BLOCK)
    return data


def test_it_multiplies_every_table(data: Data) -> None:
    assert data.runs == Run.objects.count() == 3 * BLOCK
    assert Action.objects.count() == 2 * data.runs
    assert Resolved.objects.count() == 3 * data.runs
    for path in ("name", "actions__name", "actions__attempts__pods__name", "links__url"):
        counts = [_count(block, path) for block in range(3)]
        assert counts[0] == counts[1] == counts[2] > 0
    assert not Pending.objects.exists()
    assert not Pod.objects.exclude(name__contains="b").exists()
    assert Attempt.objects.values("generated_name").distinct().count() == Attempt.objects.count()


def _count(block: int, path: str) -> int:
    return Run.objects.filter(name__contains=mark(block)).aggregate(n=Count(path))["n"]


def test_it_stores_what_resolving_would(data: Data) -> None:
    """But for times, which are the first block's in the copies' URLs."""
    before = _links()
    ratio = measure(runs=2 * BLOCK, size=data.runs, rounds=1, seed=1)
    assert _links() == before
    assert ratio.count == Link.objects.exclude(run__name__contains=mark(0)).count()
    assert set(ratio.split) == {"select", "render", "write"}


def _links() -> set[tuple[object, ...]]:
    rows = Link.objects.values_list(
        "run__name", "action__name", "pod__name", "key", "name", "state"
    )
    return set(rows)
