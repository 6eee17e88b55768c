"""Watch streams: a change is read while the poll still runs; one that breaks loses nothing."""

import threading

import pytest

from linkhub.ingest.sources import rounds
from linkhub.runs.models import Action, Run
from tests.ingest.flyte2.back_end import Action as Step
from tests.ingest.flyte2.back_end import BackEnd
from tests.ingest.flyte2.conftest import Poll


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WATCH_SECONDS", 0.7)


def when_watched(flyte: BackEnd, change: threading.Thread, watchers: int = 2) -> None:
    with flyte.changed:
        assert flyte.changed.wait_for(lambda: flyte.watchers >= watchers, timeout=20)
    change.start()


def test_it_reads_what_changes_while_it_watches(flyte: BackEnd, poll_it: Poll) -> None:
    run = flyte.add("r1", Step("x1", "a0", phase="RUNNING"), phase="RUNNING")

    def change() -> None:
        run.actions["x1"].phase = "FAILED"
        flyte.notify()

    waiting = threading.Thread(target=when_watched, args=(flyte, threading.Thread(target=change)))
    waiting.start()
    source = poll_it(watch=True)
    waiting.join()
    assert Action.objects.get(name="x1").phase == "failed"
    assert source.last_error == ""


@pytest.mark.slow
def test_it_finds_a_run_that_begins_while_it_watches(flyte: BackEnd, poll_it: Poll) -> None:
    begin = threading.Thread(target=lambda: flyte.add("new"))
    waiting = threading.Thread(target=when_watched, args=(flyte, begin, 1))
    waiting.start()
    poll_it(watch=True)
    waiting.join()
    assert Run.objects.get().name == "new"


@pytest.mark.slow
def test_a_snapshot_is_no_news(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", phase="RUNNING")
    flyte.add("r2")
    poll_it(watch=True)
    assert flyte.calls.count("ListActions") == 2
    assert flyte.calls.count("WatchRuns") == flyte.calls.count("WatchActions") == 1


@pytest.mark.slow
def test_a_stream_that_is_cut_off_is_no_failure(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.broken_streams = True
    run = flyte.add("r1", phase="RUNNING")
    source = poll_it(watch=True)
    assert (source.failures, source.last_error) == (0, "")
    run.root.phase = "SUCCEEDED"
    poll_it()
    assert Run.objects.get().phase == "succeeded"


@pytest.mark.slow
def test_a_stream_that_is_refused_is_no_failure(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", phase="RUNNING")
    flyte.fault = lambda procedure: (503, {}, b"") if procedure.startswith("Watch") else None
    assert poll_it(watch=True).failures == 0
    assert Run.objects.get().phase == "running"
