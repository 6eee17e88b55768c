"""Recording, edits, deletes, retries, time and workers in any order, held against the reference.

After every step what pages show is what the reference says, whatever the workers have done so
far; at quiet points the store says it too. Workers are the real code, in this process; a slow one
may take up rows now and store what it made of them many steps later.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest import mock

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from linkhub.accounts.models import Project
from linkhub.links import claims, work
from linkhub.links.backfill import advance_all
from linkhub.links.checks import Invalid
from linkhub.links.definitions import delete_definition, delete_tool, save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import Backfill, Link
from linkhub.links.outcomes import Outcome, outcome_of
from linkhub.links.read import ShownLink, links_of_run, links_of_units
from linkhub.links.shown import Place
from linkhub.links.write import store
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import ActionFields, RunDocument
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit
from linkhub.runs.record import emit_link, record_action, record_run, record_task_links
from tests.model import worlds
from tests.model.reference import Answer, Reference
from tests.model.reference import Place as At

MAIN = Pending.Lane.MAIN
START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DOMAIN = "d1"
MOST_ROUNDS = 20
SELDOM = st.integers(0, 4)


class SlowWorker(NamedTuple):
    outcomes: list[Outcome]
    change: int


class Machine(RuleBasedStateMachine):
    # Of all machines of the process.
    steps = 0
    quiet_points = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clock = mock.patch("django.utils.timezone.now", self.read_clock)
        self.clock.start()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.project = Project.objects.create(name="p")
        self.slow: list[SlowWorker] = []
        self.holds = False

    def teardown(self) -> None:
        """Every walk ends at rest, unless something was wrong on its way."""
        try:
            if self.holds:
                self.come_to_rest()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)
            self.clock.stop()

    def read_clock(self) -> datetime:
        return self.now

    def filled(self, document: Any) -> Any:
        """With the machine's time where a document says `now`."""
        if isinstance(document, dict):
            return {name: self.filled(value) for name, value in document.items()}
        if isinstance(document, list):
            return [self.filled(value) for value in document]
        return self.now if document == "now" else document

    # Recording ---------------------------------------------------------------------------

    @initialize(
        steps=st.lists(worlds.actions, min_size=2, max_size=3),
        defined=st.lists(worlds.definitions(), min_size=2, max_size=3),
    )
    def begin(self, steps: list[dict[str, Any]], defined: list[dict[str, Any]]) -> None:
        self.save_tool(worlds.HOSTS[0])
        for name, document in zip(worlds.ACTIONS, steps, strict=False):
            self.record_action(worlds.RUNS[0], name, document)
        for key, document in zip(worlds.KEYS, defined, strict=False):
            self.save_definition(None, key, document)

    @rule(name=st.sampled_from(worlds.RUNS), document=worlds.runs)
    def record_run(self, name: str, document: dict[str, Any]) -> None:
        given = RunDocument.model_validate(self.filled(document))
        record_run(project=self.project, domain=DOMAIN, name=name, document=given)

    @rule(
        run=st.sampled_from(worlds.RUNS),
        action=st.sampled_from(worlds.ACTIONS),
        document=worlds.actions,
    )
    def record_action(self, run: str, action: str, document: dict[str, Any]) -> None:
        given = ActionFields.model_validate(self.filled(document))
        record_action(project=self.project, domain=DOMAIN, run=run, action=action, document=given)

    @rule(
        run=st.sampled_from(worlds.RUNS),
        action=st.sampled_from(worlds.ACTIONS),
        document=worlds.actions,
    )
    def record_an_action_again(self, run: str, action: str, document: dict[str, Any]) -> None:
        self.record_action(run, action, document)

    @rule(
        run=st.sampled_from(worlds.RUNS),
        action=st.none() | st.sampled_from(worlds.ACTIONS),
        link=worlds.attached,
    )
    def emit(self, run: str, action: str | None, link: dict[str, Any]) -> None:
        document = AttachedLinkDocument.model_validate(link)
        emit_link(project=self.project, domain=DOMAIN, run=run, action=action, link=document)

    @rule(
        task=st.sampled_from(worlds.TASKS),
        version=st.sampled_from(worlds.VERSIONS),
        links=worlds.links,
    )
    def record_task_links(self, task: str, version: str, links: list[dict[str, Any]]) -> None:
        documents = [AttachedLinkDocument.model_validate(link) for link in links]
        record_task_links(project=self.project, task=task, version=version, links=documents)

    @rule(name=st.sampled_from(worlds.RUNS), chance=SELDOM)
    def delete_run(self, name: str, chance: int) -> None:
        if chance == 0:
            Run.objects.filter(name=name).delete()

    # Edits -------------------------------------------------------------------------------

    @rule(
        owner=st.sampled_from(worlds.OWNERS),
        key=st.sampled_from(worlds.KEYS),
        document=worlds.definitions(),
    )
    def save_definition(self, owner: str | None, key: str, document: dict[str, Any]) -> None:
        project = self.project if owner else None
        given = DefinitionDocument.model_validate(document)
        with suppress(Invalid):  # there is no tool of that name
            save_definition(project=project, key=key, document=given)

    @rule(owner=st.sampled_from(worlds.OWNERS), key=st.sampled_from(worlds.KEYS), chance=SELDOM)
    def delete_definition(self, owner: str | None, key: str, chance: int) -> None:
        if chance == 0:
            delete_definition(project=self.project if owner else None, key=key)

    @rule(base_url=st.sampled_from(worlds.HOSTS))
    def save_tool(self, base_url: str) -> None:
        document = ToolDocument.model_validate({"kind": "custom", "base_url": base_url})
        save_tool(name=worlds.TOOL, document=document)

    @rule()
    def delete_tool(self) -> None:
        with suppress(Invalid):  # definitions use it
            delete_tool(name=worlds.TOOL)

    # Time and workers --------------------------------------------------------------------

    @rule(passed=st.sampled_from([timedelta(seconds=40), timedelta(hours=2), timedelta(days=3)]))
    def let_time_pass(self, passed: timedelta) -> None:
        self.now += passed

    @rule()
    def drain(self) -> None:
        work.drain(MAIN, seconds=60)

    @rule(rows=st.integers(1, 3))
    def work_a_little(self, rows: int) -> None:
        if claimed := claims.claim(MAIN, rows):
            work.work_off(claimed, work.resolve)

    @rule(rows=st.integers(1, 3))
    def take_up(self, rows: int) -> None:
        if claimed := claims.claim(MAIN, rows):
            catalogue = load_catalogue()
            facts = load_units([one.unit for one in claimed])
            outcomes = [
                outcome_of(one, facts.get(one.unit), catalogue, self.now) for one in claimed
            ]
            self.slow.append(SlowWorker(outcomes, catalogue.change))

    @precondition(lambda self: self.slow)
    @rule(which=st.integers(0, 9))
    def put_down(self, which: int) -> None:
        outcomes, change = self.slow.pop(which % len(self.slow))
        store(outcomes, change=change)

    @precondition(lambda self: self.slow)
    @rule(which=st.integers(0, 9))
    def let_the_lease_run_out(self, which: int) -> None:
        """The worker goes on all the same, and stores what it made when somebody else has it."""
        ids = [one.claimed.id for one in self.slow[which % len(self.slow)].outcomes]
        held = Pending.objects.filter(pk__in=ids, claim__isnull=False)
        # Time and again it would come to rest, which is right and not what is asked here.
        held.update(claimed_until=START, attempts=1)

    @rule()
    def advance_backfills(self) -> None:
        advance_all()

    @rule()
    def come_to_rest(self) -> None:
        """Every worker ends, every backfill too; then the store itself is held against it."""
        while self.slow:
            self.put_down(0)
        for _ in range(MOST_ROUNDS):
            advance_all()
            if not Pending.objects.exists() and not Backfill.objects.filter(status="running"):
                break
            work.drain(MAIN, seconds=60)
        left = Pending.objects.values("action", "attempts", "claim", "not_before", "error")
        assert not left, list(left)
        Machine.quiet_points += 1
        reference = self.compare()
        timed = Link.objects.filter(depends_on_now=True) | Link.objects.exclude(expires_at=None)
        skipped = {_place_of(row) for row in _rows(timed)}
        stored = {_place_of(row): (row.state, row.url) for row in _rows(Link.objects.all())}
        assert stored.keys() == reference.keys()
        for place, (state, url) in stored.items():
            expected = reference[place]
            if place not in skipped:
                assert (state, url if state == "ready" else None) == (
                    expected.state,
                    expected.url,
                ), place
        for run in Run.objects.all():
            assert not any(link.updating for link in links_of_run(run, now=self.now))

    # What holds --------------------------------------------------------------------------

    @invariant()
    def what_is_shown_is_right(self) -> None:
        Machine.steps += 1
        self.now += timedelta(seconds=1)
        self.holds = False
        self.compare()
        self.holds = True

    def compare(self) -> dict[At, Answer]:
        """What pages show against the reference, which is returned."""
        reference = Reference(self.now).links()
        shown = {_shown_place(link): _shown_answer(link) for link in self.shown()}
        assert shown.keys() == reference.keys(), (
            sorted(map(str, reference.keys() - shown.keys())),
            sorted(map(str, shown.keys() - reference.keys())),
        )
        for place, answer in reference.items():
            assert shown[place] == answer, place
        return reference

    def shown(self) -> list[ShownLink]:
        """Of everything recorded, as pages ask for it: at once."""
        place = Place("p")
        places = {Unit(self.project.pk): place}
        for pk, name in Run.objects.values_list("pk", "name"):
            places[Unit(self.project.pk, pk)] = place._replace(domain=DOMAIN, run=name)
        actions = Action.objects.values_list("pk", "name", "run_id", "run__name")
        for pk, name, run_id, run in actions:
            unit = Unit(self.project.pk, run_id, pk)
            places[unit] = place._replace(domain=DOMAIN, run=run, action=name)
        found = links_of_units(places, now=self.now)
        return [link for links in found.values() for link in links]


def _rows(links: Any) -> Any:
    return links.select_related("project", "run", "action", "attempt", "pod")


def _place_of(row: Link) -> At:
    return (
        row.project.name,
        row.run.domain if row.run else None,
        row.run.name if row.run else None,
        row.action.name if row.action else None,
        row.attempt.number if row.attempt else None,
        row.pod.name if row.pod else None,
        row.key,
    )


def _shown_place(link: ShownLink) -> At:
    return (
        link.project,
        link.domain,
        link.run,
        link.action,
        link.attempt,
        link.pod,
        link.key,
    )


def _shown_answer(link: ShownLink) -> Answer:
    return Answer(
        link.level,
        link.state,
        link.url,
        link.origin,
        link.name,
        link.tool,
        frozenset(link.missing),
    )
