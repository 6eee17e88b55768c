"""A backfill goes first to the runs that an edit is meant for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linkhub.links.backfill import advance, start_backfill
from linkhub.links.load import load_catalogue
from linkhub.links.models import Backfill, LinkDefinition, Resolved
from linkhub.links.near import near_of
from linkhub.links.work import drain
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending, Run, Workflow
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _resolved() -> None:
    """Of two workflows five runs each; those of `rare` are the oldest. Nothing is left to do."""
    make.make_definition("board", level="run", select={"workflow": "usual"})
    for number in range(10):
        workflow = "rare" if number < 5 else "usual"
        created = make.CREATED + timedelta(minutes=number)
        make.make_run(f"{workflow}-{number}", workflow=workflow, created_at=created)
    runs = Run.objects.select_related("project")
    mark({make.unit_of(each) for run in runs for each in (run, run.project)})
    assert drain(Pending.Lane.MAIN, seconds=10)
    Backfill.objects.create(change=load_catalogue().change, status=Backfill.Status.DONE)


def edit(*, wide: bool = False, **fields: object) -> Backfill:
    change = next_change(wide=wide)
    LinkDefinition.objects.update(change=change, **fields)
    return start_backfill(change=change, project=None, reason="edited")


def marked() -> list[str]:
    rows = Pending.objects.exclude(run=None).order_by("pk")
    return list(rows.values_list("run__name", flat=True))


def test_those_that_it_selects_now_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkhub.links.backfill.WINDOW", 1)
    advance(edit(select={"workflow": ["rare"]}).pk, limit=100)
    rare, usual = [f"rare-{n}" for n in range(5)], [f"usual-{n}" for n in range(5, 10)]
    assert marked() == [*rare[::-1], *usual[::-1]]


def test_the_others_are_moved_on_afterwards() -> None:
    backfill = edit(template="https://new.example.com")
    advance(backfill.pk, limit=100)
    assert drain(Pending.Lane.MAIN, seconds=10)
    advance(backfill.pk, limit=100)
    assert set(Resolved.objects.exclude(run=None).values_list("change", flat=True)) == {
        backfill.change
    }
    backfill.refresh_from_db()
    assert (backfill.status, backfill.near) == (Backfill.Status.DONE, False)


@pytest.mark.parametrize(
    ("fields", "near"),
    [
        ({"select": {"workflow": "ra*"}}, {"rare"}),
        ({"select": {"workflow": "rare", "task": "any"}}, {"rare"}),
        ({"select": {"project": "other"}}, set()),
        ({"select": {}}, set()),
        ({"select": {"workflow": "rare"}, "wide": True}, set()),
        ({"select": {"workflow": "rare"}, "level": "project"}, set()),
    ],
)
def test_it_knows_them_by_workflow(fields: dict[str, object], near: set[str]) -> None:
    edit(**fields)  # type: ignore[arg-type]
    found = near_of(load_catalogue())
    names = Workflow.objects.filter(pk__in=found.workflows if found else []).values_list("name")
    assert {name for (name,) in names} == near


@pytest.mark.parametrize(
    ("level", "expected"),
    [("run", (True, False)), ("pod", (False, True)), ("action", (False, True))],
)
def test_it_knows_whose_links_they_are(level: str, expected: tuple[bool, bool]) -> None:
    edit(select={"workflow": "rare"}, level=level)
    found = near_of(load_catalogue())
    assert found is not None
    assert found[1:] == expected
