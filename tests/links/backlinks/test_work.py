"""Asking for back-links, claiming them, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from linkhub.links import work as resolving
from linkhub.links.backlinks import work
from linkhub.links.backlinks.targets import NoTarget, Target, target_of
from linkhub.links.models import Backlink, Link
from linkhub.links.read import links_of_action
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "https://wandb.ai/vision/cats/runs/{{ .runName }}"
PAGE = "https://linkhub.example.com/projects/flytesnacks/development/runs/r7/actions/a0/"


class Child:
    """Stands for the child process: notes its jobs, and answers as it is told."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.error = ""
        self.problem = ""

    def __call__(self, job: dict[str, Any], *, seconds: float) -> list[dict[str, Any]]:
        self.jobs.append(job)
        if self.problem:
            return [{"problem": self.problem}]
        return [{"id": each["id"], "error": self.error} for each in job["runs"]]


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.LINKHUB_PUBLIC_URL = "https://linkhub.example.com/"
    settings.LINKHUB_WANDB_API_KEY = "key"


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Child:
    stand_in = Child()
    monkeypatch.setattr(work, "run_child", stand_in)
    return stand_in


def resolved(*, template: str = URL, **definition: Any) -> Action:
    """An action whose links are stored, with a definition that asks for back-links."""
    make.make_definition("wandb", template=template, **({"backlink": True} | definition))
    action = make.make_action()
    resolve(action)
    return action


def resolve(action: Action) -> None:
    mark([make.unit_of(action)])
    resolving.drain(Pending.Lane.MAIN, seconds=10)


def make_due() -> Backlink:
    Backlink.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    return Backlink.objects.get()


def test_it_asks_for_links_of_definitions_that_want_it() -> None:
    resolved()
    asked = Backlink.objects.get()
    assert (asked.link, asked.state) == (Link.objects.get(), "pending")
    assert asked.url == "https://wandb.ai/vision/cats/runs/r7"


@pytest.mark.parametrize(
    "definition", [{"backlink": False}, {"template": "https://wandb.ai/a/b/runs/{{ .podName }}"}]
)
def test_it_asks_for_no_others(definition: dict[str, Any]) -> None:
    resolved(**definition)
    assert not Backlink.objects.exists()


def test_it_asks_for_old_links_when_the_definition_is_edited() -> None:
    action = resolved(backlink=False)
    definition = Link.objects.get().definition
    assert definition is not None
    definition.backlink, definition.change = True, next_change()
    definition.save()
    resolve(action)
    assert Backlink.objects.exists()


def test_it_writes_the_address_of_the_page(child: Child) -> None:
    resolved()
    work.write_due(seconds=5)
    [job] = child.jobs
    [run] = job["runs"]
    assert (run["entity"], run["project"], run["run"]) == ("vision", "cats", "r7")
    assert (run["address"], run["title"]) == (PAGE, "LinkHub")
    assert (job["api_host"], job["key"]) == ("https://api.wandb.ai", "key")
    assert Backlink.objects.get().state == "written"


def test_it_writes_once(child: Child) -> None:
    action = resolved()
    work.write_due(seconds=5)
    resolve(action)
    work.write_due(seconds=5)
    assert len(child.jobs) == 1


def test_it_writes_anew_where_the_link_leads_elsewhere(child: Child) -> None:
    action = resolved(template="https://wandb.ai/vision/cats/runs/{{ .context.id }}-x")
    action.context = {"id": "one"}
    action.save(update_fields=["context"])
    resolve(action)
    work.write_due(seconds=5)
    action.context = {"id": "two"}
    action.save(update_fields=["context"])
    resolve(action)
    work.write_due(seconds=5)
    assert [job["runs"][0]["run"] for job in child.jobs] == ["one-x", "two-x"]


def test_it_tries_again_later_each_time(child: Child) -> None:
    resolved()
    child.error = "CommError: no answer"
    pauses = []
    for _ in range(3):
        before = timezone.now()
        work.write_due(seconds=5)
        pauses.append(Backlink.objects.get().not_before - before)
        make_due()
    assert [round(pause / timedelta(minutes=1)) for pause in pauses] == [1, 2, 4]
    assert Backlink.objects.get().error == "CommError: no answer"


def test_it_rests_after_too_many_failures(child: Child) -> None:
    resolved()
    child.error = "CommError: no answer"
    Backlink.objects.update(attempts=work.MOST_ATTEMPTS - 1)
    work.write_due(seconds=5)
    assert Backlink.objects.get().state == "failed"


def test_it_counts_no_failure_of_its_own_configuration(child: Child) -> None:
    resolved()
    child.problem = "the worker has no `wandb` package (pip install wandb)"
    work.write_due(seconds=5)
    row = Backlink.objects.get()
    assert (row.state, row.attempts, row.error) == ("pending", 0, child.problem)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [("LINKHUB_WANDB_API_KEY", work.NO_KEY), ("LINKHUB_PUBLIC_URL", work.NO_ADDRESS)],
)
def test_it_says_what_is_not_configured(
    child: Child, settings: Any, setting: str, reason: str
) -> None:
    setattr(settings, setting, "")
    resolved()
    work.write_due(seconds=5)
    assert Backlink.objects.get().error == reason
    assert child.jobs == []


def test_it_shows_the_error_on_the_link(child: Child) -> None:
    action = resolved()
    child.error = "CommError: no answer"
    work.write_due(seconds=5)
    [link] = links_of_action(action, now=timezone.now())
    assert link.backlink is not None
    assert (link.backlink.state, link.backlink.error) == ("pending", "CommError: no answer")
    assert "CommError: no answer" in link.notes[-1]
    assert link.state == "ready"


def test_it_claims_no_row_twice() -> None:
    resolved()
    assert len(work.claim()) == 1
    assert work.claim() == []


def test_it_takes_over_what_a_killed_worker_had_claimed() -> None:
    resolved()
    work.claim()
    Backlink.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert len(work.claim()) == 1


def test_it_clears_away_what_has_no_link_any_more() -> None:
    resolved()
    Link.objects.all().delete()
    assert work.claim() == []
    assert not Backlink.objects.exists()


def test_it_forgets_what_was_written_of_links_that_are_no_more(child: Child) -> None:
    resolved()
    work.write_due(seconds=5)
    work.clear_away()
    assert Backlink.objects.count() == 1
    Link.objects.all().delete()
    work.clear_away()
    assert not Backlink.objects.exists()


def test_it_drops_an_outcome_that_is_of_another_url() -> None:
    resolved()
    [claimed] = work.claim()
    Backlink.objects.update(url="https://wandb.ai/vision/cats/runs/other")
    work._store(claimed.row, "")
    assert Backlink.objects.get().state == "pending"


def test_it_never_sends_the_key_to_a_host_that_a_link_names(child: Child) -> None:
    resolved(template="https://evil.example.com/vision/cats/runs/{{ .runName }}")
    work.write_due(seconds=5)
    row = Backlink.objects.get()
    assert child.jobs == []
    assert (row.state, "LINKHUB_WANDB_HOSTS" in row.error) == ("failed", True)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://wandb.ai/vision/cats", ["https://wandb.ai"]),
        ("https://wandb.ai.evil.example.com/v/c/runs/r", ["https://wandb.ai"]),
        ("http://wandb.ai/v/c/runs/r", ["https://wandb.ai"]),
        ("https://wandb.ai@evil.example.com/v/c/runs/r", ["https://wandb.ai"]),
    ],
)
def test_it_takes_no_other_address_for_a_run(url: str, hosts: list[str]) -> None:
    with pytest.raises(NoTarget):
        target_of(url, hosts)


def test_it_decodes_the_names_of_a_run() -> None:
    found = target_of("https://wandb.ai/my%20team/cats/runs/a%25b", ["https://wandb.ai/"])
    assert found == Target("my team", "cats", "a%b")
