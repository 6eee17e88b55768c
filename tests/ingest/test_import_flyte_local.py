"""The command, on stores with fixed rows; `test_flyte_examples` has Flyte's own."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from linkhub.accounts.models import Project
from linkhub.ingest.flyte2_local import importing
from linkhub.ingest.flyte2_local.store import LocalStore, StoredRun, StoreError
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run
from tests.ingest.stores import STARTED, attempts, stored, task, whole, write_store

pytestmark = pytest.mark.django_db
LINKS = '[["Grafana", "https://g.example.com/d?var-pod=localhost"], ["Other", "https://b.example"]]'


def run_import(path: Path, domain: str = "development") -> tuple[str, str]:
    """What the command prints, and what it complains of."""
    out, complaints = StringIO(), StringIO()
    options = {"project": "flytesnacks", "domain": domain}
    call_command("import_flyte_local", str(path), stdout=out, stderr=complaints, **options)
    return out.getvalue(), complaints.getvalue()


def facts() -> list[list[tuple[Any, ...]]]:
    """Everything that recording writes, but when it was received."""
    tables = (Run, Action, Attempt, Pod, AttachedLink)
    return [
        [
            tuple(getattr(row, field.attname) for field in table._meta.concrete_fields)
            for row in table.objects.order_by("pk")
        ]
        for table in tables
    ]


def test_it_imports_runs_with_their_actions_and_links(tmp_path: Path) -> None:
    rows = [whole(), task(log_links=LINKS, context='{"wandb_id": "abc"}')]
    said, complaints = run_import(write_store(tmp_path / "cache.db", r1=rows, r2=[whole()]))
    assert (said, complaints) == (
        "Imported 2 runs (2 new), 2 actions, 1 attempt, 2 links into flytesnacks/development.\n",
        "",
    )
    action = Action.objects.get(run__name="r1")
    assert (action.name, action.phase, action.context) == ("x1", "succeeded", {"wandb_id": "abc"})
    assert list(action.attached_links.values_list("layer", "key")) == [
        ("override", "grafana"),
        ("override", "other"),
    ]
    assert action.run.workflow is not None
    assert action.run.workflow.name == "env.train"


def test_it_changes_nothing_the_second_time(tmp_path: Path) -> None:
    running = task("x2", status="running", end_time=None, attempts_json=attempts("failed"))
    rows = [whole(status="running", end_time=None), task(log_links=LINKS), running]
    path = write_store(tmp_path / "cache.db", r1=rows)
    run_import(path)
    before = facts()
    Pending.objects.all().delete()
    said, _ = run_import(path)
    assert said.startswith("Imported 1 run (0 new), 2 actions, 2 attempts, 2 links")
    assert facts() == before
    assert not Pending.objects.exists()


def test_it_follows_a_run_that_goes_on(tmp_path: Path) -> None:
    begun = task(status="running", end_time=None, attempts_json=attempts("running"))
    rows = [whole(status="running", end_time=None), begun]
    run_import(write_store(tmp_path / "before.db", r1=rows))
    after = write_store(tmp_path / "after.db", r1=[whole(), task()])
    run_import(after)
    assert [run.phase for run in Run.objects.all()] == ["succeeded"]
    assert [action.phase for action in Action.objects.all()] == ["succeeded"]
    assert [attempt.phase for attempt in Attempt.objects.all()] == ["succeeded"]
    # An older copy of the store says nothing new.
    run_import(tmp_path / "before.db")
    assert Run.objects.get().phase == "succeeded"


def test_it_reopens_a_run_whose_name_is_used_again(tmp_path: Path) -> None:
    run_import(write_store(tmp_path / "before.db", r1=[whole(status="failed"), task()]))
    later = {"status": "running", "start_time": STARTED + 1000, "end_time": None}
    again = [whole(**later), task(**later, attempts_json=None)]
    run_import(write_store(tmp_path / "after.db", r1=again))
    run = Run.objects.get()
    assert (run.phase, run.ended_at) == ("running", None)
    assert [action.phase for action in run.actions.all()] == ["running"]


def test_it_keeps_the_other_rows_and_counts_the_problems(tmp_path: Path) -> None:
    rows = [whole(), task("x1", context="{oops"), task("x2", log_links="7"), task("x3")]
    said, complaints = run_import(write_store(tmp_path / "cache.db", r1=rows))
    assert said.startswith("Imported 1 run (1 new), 3 actions, 3 attempts, 0 links, 3 problems")
    assert complaints.count("\n") == 3
    assert "run r1, action x2: log_links is not a list and is left out.\n" in complaints


def test_it_says_what_an_older_store_lacks(tmp_path: Path) -> None:
    path = write_store(tmp_path / "cache.db", r1=[whole(), task()], drop=["log_links"])
    _, complaints = run_import(path)
    assert complaints == f"{path} has no column log_links (an older Flyte): imported without it.\n"


def test_it_imports_into_a_project_that_is_there(tmp_path: Path) -> None:
    path = write_store(tmp_path / "cache.db", r1=[whole()])
    run_import(path)
    run_import(path, domain="production")
    assert list(Project.objects.values_list("name", "visibility")) == [("flytesnacks", "internal")]
    assert Run.objects.count() == 2


def test_it_imports_an_empty_store(tmp_path: Path) -> None:
    said, _ = run_import(write_store(tmp_path / "cache.db"))
    assert said.startswith("Imported 0 runs (0 new), 0 actions, 0 attempts, 0 links into ")


def test_it_records_more_than_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_RUNS", 3)
    runs = {f"r{number}": [whole(), task()] for number in range(7)}
    said, _ = run_import(write_store(tmp_path / "cache.db", **runs))
    assert said.startswith("Imported 7 runs (7 new), 7 actions")
    assert Run.objects.count() == 7


def test_it_keeps_what_it_read_before_the_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(store: LocalStore) -> Iterator[StoredRun]:
        yield stored(whole(), task())
        raise StoreError(f"{store.path} is damaged.")

    monkeypatch.setattr(LocalStore, "runs", damaged)
    with pytest.raises(CommandError, match=r"cache\.db is damaged\.$"):
        run_import(write_store(tmp_path / "cache.db"))
    assert [run.name for run in Run.objects.all()] == ["r1"]


def test_it_refuses_a_store_that_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^There is no file .*none\.db\.$"):
        run_import(tmp_path / "none.db")
    assert not Project.objects.exists()


def test_it_refuses_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--domain: A name has no control characters"):
        run_import(write_store(tmp_path / "cache.db", r1=[whole()]), domain="a\nb")
