"""A poll, and what ends it: nothing is lost, nothing doubled, the next goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources import rounds
from linkhub.ingest.sources.changes import poll_now
from linkhub.ingest.sources.errors import Unreachable
from linkhub.ingest.sources.rounds import poll
from linkhub.ingest.sources.settings import Scope
from linkhub.runs.models import Run
from tests.ingest.sources.fake import BackEnd, make_source

pytestmark = pytest.mark.django_db
SNACKS = "flytesnacks/development"


def names() -> list[str]:
    return sorted(Run.objects.values_list("name", flat=True))


def test_it_records_what_the_back_end_lists(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded", "r2": "running", "r3": "succeeded"}}
    source = make_source()
    assert poll(source.pk)
    assert names() == ["r1", "r2", "r3"]
    assert str(Run.objects.get(name="r1").project) == "flytesnacks"
    source.refresh_from_db()
    assert source.claim is None
    assert source.caught_up_at == source.next_poll_at - source.every


def test_it_is_not_polled_before_its_time(back_end: BackEnd) -> None:
    source = make_source()
    assert poll(source.pk)
    assert not poll(source.pk)
    poll_now(source)
    assert poll(source.pk)


def test_it_reads_finished_runs_once_and_live_ones_again(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded", "r2": "running"}}
    source = make_source()
    poll(source.pk)
    back_end.reads.clear()
    FollowedRun.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    poll_now(source)
    poll(source.pk)
    assert back_end.reads == ["r2 first", "r2 second"]


def test_it_reads_again_what_the_list_says_has_changed(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "running"}}
    source = make_source()
    poll(source.pk)
    back_end.runs[SNACKS]["r1"] = "succeeded"
    Source.objects.update(cursor={})
    poll_now(source)
    poll(source.pk)
    assert Run.objects.get(name="r1").phase == "succeeded"
    assert FollowedRun.objects.get().due_at is None


def test_it_goes_on_where_a_broken_poll_was(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: dict.fromkeys(["r1", "r2", "r3", "r4"], "succeeded")}
    source = make_source()

    def break_off(step: str) -> None:
        if step == "list 2":
            raise Unreachable("The connection broke off.")

    back_end.before = break_off
    poll(source.pk)
    source.refresh_from_db()
    assert (source.failures, source.last_error) == (1, "The connection broke off.")
    assert source.cursor == {SNACKS: {"at": 2}}
    assert source.next_poll_at > timezone.now()
    back_end.before = lambda _: None
    poll_now(source)
    poll(source.pk)
    assert names() == ["r1", "r2", "r3", "r4"]
    assert back_end.lists == [(SNACKS, 0), (SNACKS, 2)]
    source.refresh_from_db()
    assert (source.failures, source.last_error) == (0, "")


def test_it_goes_on_in_the_middle_of_a_run(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded"}}
    source = make_source()

    def break_off(step: str) -> None:
        if step == "read r1 second":
            raise Unreachable("No answer in time.")

    back_end.before = break_off
    poll(source.pk)
    back_end.before = lambda _: None
    poll_now(source)
    poll(source.pk)
    assert back_end.reads == ["r1 first", "r1 second"]


def test_one_unreadable_run_stops_no_other(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: dict.fromkeys(["r1", "r2", "r3"], "succeeded")}
    back_end.unreadable = {"r2"}
    source = make_source()
    poll(source.pk)
    assert names() == ["r1", "r3"]
    row = FollowedRun.objects.get(name="r2")
    assert (row.failures, row.error) == (1, "Broken.")
    assert row.due_at > timezone.now()


def test_one_unlisted_project_stops_no_other(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded"}}
    back_end.unlisted = {"gone/development"}
    source = make_source(settings={"projects": ["gone/development", SNACKS]})
    poll(source.pk)
    assert names() == ["r1"]
    source.refresh_from_db()
    assert source.last_error == "gone/development: No such project."
    assert source.failures == 0


def test_it_maps_projects_and_domains(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded"}}
    poll(make_source(settings={"projects": [f"{SNACKS} -> vision/prod"]}).pk)
    run = Run.objects.get()
    assert (run.project.name, run.domain) == ("vision", "prod")


def test_it_reads_at_once_what_a_hint_names(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "running"}}
    source = make_source()
    back_end.hints = [None, (Scope("flytesnacks", "development"), "r1")]
    poll(source.pk)
    assert back_end.reads == ["r1 first", "r1 second"] * 2


def test_it_drops_what_comes_after_the_lease_is_lost(back_end: BackEnd) -> None:
    back_end.runs = {SNACKS: {"r1": "succeeded", "r2": "succeeded"}}
    source = make_source()

    def pause(step: str) -> None:
        if step == "read r1 first":
            Source.objects.update(enabled=False)

    back_end.before = pause
    poll(source.pk)
    assert names() == ["r2"]


def test_it_gives_a_dead_worker_s_source_to_the_next(back_end: BackEnd) -> None:
    source = make_source(claim=1, claimed_until=timezone.now() + timedelta(seconds=60))
    assert not poll(source.pk)
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert poll(source.pk)


def test_it_stops_and_comes_back_at_once_when_time_is_up(
    back_end: BackEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "READ_SECONDS", -1.0)
    back_end.runs = {SNACKS: dict.fromkeys(["r1", "r2"], "succeeded")}
    source = make_source()
    for _ in range(4):
        assert poll(source.pk)
    source.refresh_from_db()
    assert names() == ["r1", "r2"]
    assert sorted(back_end.reads) == ["r1 first", "r1 second", "r2 first", "r2 second"]


def test_it_shows_what_is_misconfigured(back_end: BackEnd) -> None:
    source = make_source(credentials_variable="LINKHUB_SOURCE_ABSENT")
    poll(source.pk)
    source.refresh_from_db()
    assert "LINKHUB_SOURCE_ABSENT is not set" in source.last_error
