"""What a definition that is being written is tried on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from linkhub.accounts.models import User
from linkhub.links.documents import DefinitionDocument
from linkhub.links.editing.impact import BECOMES_READY, CHANGES, STOPS_READY, Impact, impact_of
from linkhub.links.editing.trying import Matches, try_on_newest
from linkhub.links.previewing import trial_of
from linkhub.runs.models import Run
from tests import factories as make

pytestmark = pytest.mark.django_db
BOARD = {"key": "board", "template": "https://b.example.com/{{ .runName }}"}


def make_runs(number: int, **fields: object) -> list[Run]:
    runs = [
        make.make_run(f"r{n}", created_at=make.CREATED + timedelta(minutes=n), **fields)
        for n in range(number)
    ]
    for run in runs:
        make.make_action(run)
    return runs


def viewer() -> User:
    return User.objects.first() or make.make_admin()


def tried(chosen: Run | None = None, **definition: object) -> Matches:
    trial = trial_of(DefinitionDocument.model_validate(BOARD | definition))
    return try_on_newest(trial, viewer(), now=timezone.now(), chosen=chosen)


def test_it_takes_the_newest_runs_that_match() -> None:
    make_runs(8)
    found = tried()

    assert [run.name for run in found.runs] == ["r7", "r6", "r5", "r4", "r3"]
    assert found.chosen == found.runs[0]
    [one] = found.tried
    assert "".join(part.text for part in one.explanations[0].parts) == "https://b.example.com/r7"
    assert [part.text for part in one.explanations[0].parts if part.variable] == ["r7"]


def test_it_shows_another_run_where_one_is_chosen() -> None:
    runs = make_runs(3)

    assert tried(runs[0]).chosen == runs[0]


def test_it_finds_what_matches_among_others() -> None:
    make_runs(3)
    make.make_action(make.make_run("other", workflow="score"), task="score")

    assert [run.name for run in tried(select={"workflow": "sc*"}).runs] == ["other"]
    assert [run.name for run in tried(select={"task": "score"}).runs] == ["other"]
    assert tried(select={"domain": "dev*"}, level="run").runs[0].name == "r2"


def test_it_says_on_some_run_why_nothing_matches() -> None:
    make_runs(2)
    found = tried(select={"workflow": "nope"})

    assert (found.runs, found.chosen is not None) == ([], True)
    assert "not `nope`" in found.tried[0].explanations[0].why


def test_it_shows_only_what_the_viewer_may_see() -> None:
    make_runs(2, project=make.make_private_project())
    trial = trial_of(DefinitionDocument.model_validate(BOARD))
    now = timezone.now()

    assert try_on_newest(trial, make.make_user(), now=now).chosen is None
    assert impact_of(trial, make.make_user("bob"), now=now).runs == 0


# Impact ----------------------------------------------------------------------------------


def impact(**definition: object) -> Impact:
    trial = trial_of(DefinitionDocument.model_validate(BOARD | definition))
    return impact_of(trial, viewer(), now=timezone.now())


def test_it_counts_what_becomes_ready() -> None:
    make_runs(12)
    found = impact()

    assert (found.runs, found.matched, found.links, found.whole) == (12, 12, 12, True)
    assert found.counts == {BECOMES_READY: 12, STOPS_READY: 0, CHANGES: 0}
    assert len(found.examples[BECOMES_READY]) == 10
    assert found.warnings == ["It matches every run."]


def test_it_shows_old_beside_new() -> None:
    make_runs(2)
    make.make_definition("board", template="https://old.example.com/{{ .runName }}")
    [change, _] = impact().examples[CHANGES]

    assert (change.before.url, change.after.url) == (
        "https://old.example.com/r1",
        "https://b.example.com/r1",
    )


def test_it_counts_what_stops_being_ready() -> None:
    make_runs(2)
    make.make_definition("board")
    waits = impact(template="https://b.example.com/{{ .context.x }}")
    leaves = impact(select={"workflow": "nope"})

    assert waits.counts[STOPS_READY] == leaves.counts[STOPS_READY] == 2
    assert waits.examples[STOPS_READY][0].after.state == "waiting"
    assert leaves.warnings == ["It matches no run yet."]


def test_it_warns_of_another_link_of_the_key() -> None:
    [run] = make_runs(1)
    make.make_attached(run, run.actions.get(), key="board")
    beaten = impact()
    make.make_definition("wiki")
    hides = impact(key="wiki", project="flytesnacks")

    assert beaten.beaten == 1
    assert "another link of the key `board` wins" in beaten.warnings[-1]
    assert (hides.hides, "takes the place" in hides.warnings[-1]) == (1, True)


def test_it_says_where_it_looked_at_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkhub.links.editing.sampling.NEWEST", 3)
    make_runs(8)
    found = impact(select={"task": "nope"})

    assert not found.whole
    assert 3 < found.runs <= 8
    assert found.warnings == [f"It matches none of the {found.runs} runs that were looked at."]
