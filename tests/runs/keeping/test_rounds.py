"""Rounds of retention, by the worker and by hand."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from linkhub.accounts.models import AuditEntry
from linkhub.runs.keeping import files, rounds
from linkhub.runs.keeping.files import CannotArchive
from linkhub.runs.keeping.rounds import LOCK, retire
from linkhub.runs.models import Run
from linkhub.runs.tasks import retire_runs
from tests import factories as make
from tests.faults.breakpoints import aside
from tests.runs.keeping.archived import lines, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(tmp_path: Path, settings) -> Path:
    """Everything of `factories.CREATED` and of `archived` is past its time."""
    settings.LINKHUB_KEEP_DAYS, settings.LINKHUB_ARCHIVE = 30, str(tmp_path)
    return tmp_path


def told(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=output)
    return output.getvalue()


def test_it_archives_and_then_removes(archive):
    record()
    before = lines()
    assert retire(seconds=60) == {"vision": 1}
    assert not Run.objects.exists()
    assert list(files.read(archive / "vision" / "2026-01.jsonl.gz")) == before


def test_a_file_is_of_one_month(archive):
    for number in (0, 1, 40):
        created = make.CREATED + timedelta(days=number)
        make.make_run(f"r{number}", created_at=created, phase="failed")
    retire(seconds=60)
    found = {path.name: len(list(files.read(path))) for path in archive.rglob("*.gz")}
    assert found == {"2026-01.jsonl.gz": 2, "2026-02.jsonl.gz": 1}


def test_chunks_pass_by_what_stays(archive, monkeypatch):
    monkeypatch.setattr(rounds, "CHUNK", 2)
    for number in range(5):
        make.make_run(f"r{number}", phase="failed")
    monkeypatch.setattr(rounds, "delete_runs", lambda ids, archived: 0)
    assert not retire(seconds=60)
    [path] = archive.rglob("*.gz")
    assert [json.loads(line)["run"] for line in files.read(path)] == [f"r{n}" for n in range(5)]


def test_a_project_that_cannot_be_archived_holds_up_no_other(archive):
    make.make_run("stays", phase="failed")
    make.make_run("goes", project=make.make_project("vision"), phase="failed")
    (archive / "flytesnacks").write_text("in the way")
    with pytest.raises(CannotArchive) as raised:
        retire(seconds=60)
    assert raised.value.gone == 1
    assert Run.objects.get().name == "stays"


def test_nothing_goes_that_cannot_be_archived(archive, caplog):
    make.make_run(phase="failed")
    (archive / "flytesnacks").write_text("in the way")
    with pytest.raises(CannotArchive):
        retire_runs()
    assert "archive_failed" in caplog.text
    assert Run.objects.exists()
    with pytest.raises(CommandError, match="0 runs are gone; the others stay"):
        told("retention")


@pytest.mark.django_db(transaction=True)
def test_one_round_at_a_time(archive):
    make.make_run(phase="failed")
    with aside() as start:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert not start(lambda: retire(seconds=60)).result(20)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        assert start(lambda: retire(seconds=60)).result(20)


def test_a_dry_run_says_what_would_go(archive):
    make.make_run(phase="failed")
    make.make_run("new", created_at=make.CREATED.replace(year=2999))
    assert "flytesnacks  2026-01  1\n1 runs would go" in told("retention", "--dry-run")
    assert Run.objects.count() == 2


def test_by_hand_it_goes_to_the_end(archive):
    make.make_run(phase="failed")
    make.make_run("other", project=make.make_project("other"), phase="failed")
    assert told("retention", "--project", "other") == "1 runs are gone.\n"
    assert Run.objects.get().name == "r7"
    with pytest.raises(CommandError, match="There is no project 'nobody'"):
        told("retention", "--project", "nobody")


def test_an_archive_is_read_back(archive):
    record()
    before = lines()
    retire(seconds=60)
    [path] = archive.rglob("*.gz")
    said = told("unarchive", str(path))
    assert "1 runs, 2 emitted links, 1 task versions" in said
    assert "keeps runs for 30 days" in said
    assert lines() == before


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b"{}\n"), gzip.compress(b"[")[:12]],
    ids=["no gzip", "no document", "cut off"],
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="cannot be read"):
        told("unarchive", str(path))


def test_the_audit_log_may_be_kept_for_some_days(settings):
    old = make.CREATED - timedelta(days=400)
    AuditEntry.objects.create(at=old, actor_kind="system", action="created", kind="x", name="x")
    retire(seconds=60)
    assert AuditEntry.objects.exists()
    settings.LINKHUB_KEEP_AUDIT_DAYS = 30
    retire(seconds=60)
    assert not AuditEntry.objects.exists()
