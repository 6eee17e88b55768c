"""What a process keeps of units, and that it never shows what has become of them since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from linkhub.links import work
from linkhub.links.kept import Keeper, KeptUnit, UnitLinks
from linkhub.links.models import Backlink, Link
from linkhub.links.policy import url_policy
from linkhub.links.read import links_in_brief, links_of_action, links_of_run, units_in_brief
from linkhub.links.shelf import keeper
from linkhub.links.shown import Place, ShownLink
from linkhub.links.standing import Written
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Pod, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.CREATED + timedelta(minutes=5)
UNIT, PLACE, WRITTEN = Unit(1, 2, 3), Place("p", "d", "r", "a"), Written(4, "5")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    keeper.forget()
    yield
    keeper.forget()


def resolve(*actions: Action) -> None:
    mark([make.unit_of(each) for action in actions for each in (action, action.run)])
    work.drain(Pending.Lane.MAIN, seconds=10)


def resolved_action(**definition: Any) -> Action:
    make.make_definition(**definition)
    action = make.make_action()
    resolve(action)
    return action


def only(action: Action) -> ShownLink:
    [link] = links_of_action(Action.objects.get(pk=action.pk), now=NOW)
    return link


def brief(action: Action) -> list[ShownLink]:
    own, root = units_in_brief([action.run], now=NOW)[action.run_id]
    return [*own, *root]


def test_it_reads_no_links_that_are_as_they_were(django_assert_num_queries: Any) -> None:
    action = resolved_action()
    before = links_of_action(action, now=NOW)
    with django_assert_num_queries(1):  # how it stands
        assert links_of_action(action, now=NOW) == before


def test_it_sees_what_was_stored_since_at_the_same_change() -> None:
    action = resolved_action(template="https://a.example.com/{{ .context.id }}")
    assert only(action).state == "waiting"
    Action.objects.update(context={"id": "x"})
    resolve(action)
    assert only(action).url == "https://a.example.com/x"


def test_it_sees_an_edit_at_once_and_once_it_is_stored() -> None:
    action = resolved_action()
    only(action)
    definition = Link.objects.get().definition
    assert definition is not None
    definition.name, definition.change = "Else", next_change()
    definition.save()
    assert (only(action).name, only(action).updating) == ("Else", True)
    resolve(action)
    assert (only(action).name, only(action).updating) == ("Else", False)


def test_it_keeps_a_list_and_a_page_apart() -> None:
    action = resolved_action(level="pod", template="https://a.example.com/{{ .podName }}")
    attempt = make.make_attempt(action)
    for index in range(3):
        make.make_pod(attempt, f"p{index}", worker_index=index, primary=not index)
    resolve(action)
    for _ in range(2):
        assert len(brief(action)) == 1
        assert len(links_of_run(action.run, now=NOW)) == 3


def test_it_sees_a_new_attempt_in_a_list() -> None:
    action = resolved_action(level="pod", template="https://a.example.com/{{ .podName }}")
    for number in (1, 2):
        make.make_pod(make.make_attempt(action, number), f"p{number}")
        resolve(action)
        [link] = brief(action)
        assert link.pod == f"p{number}"


def test_it_sees_another_primary_pod() -> None:
    action = resolved_action(level="pod", template="https://a.example.com/{{ .podName }}")
    attempt = make.make_attempt(action)
    for name, primary in (("p1", True), ("p2", False)):
        make.make_pod(attempt, name, primary=primary)
    resolve(action)
    assert [link.pod for link in links_of_run(action.run, now=NOW)] == ["p1", "p2"]
    for pod in Pod.objects.all():
        Pod.objects.filter(pk=pod.pk).update(primary=not pod.primary)
    resolve(action)
    assert [link.pod for link in links_of_run(action.run, now=NOW)] == ["p2", "p1"]


def test_an_export_keeps_nothing(django_assert_num_queries: Any) -> None:
    run = resolved_action().run
    for _ in range(2):
        with django_assert_num_queries(4):  # its root, how both stand, its first pod, its links
            links_in_brief([run], now=NOW)


def test_it_sees_the_time_that_ends_a_link() -> None:
    action = resolved_action(ttl=timedelta(days=36_500))
    Action.objects.update(phase="succeeded", ended_at=NOW)
    resolve(action)
    assert only(action).state == "ready"
    [link] = links_of_action(action, now=NOW + timedelta(days=36_501))
    assert link.state == "expired"


def test_it_keeps_nothing_of_links_with_a_way_back() -> None:
    action = resolved_action(
        backlink=True, template="https://wandb.ai/acme/cats/runs/{{ .runName }}"
    )
    assert only(action).backlink is not None
    Backlink.objects.update(error="no answer")
    assert "no answer" in only(action).notes[-1]


def kept(number: int) -> KeptUnit:
    links = {(None, None, str(at)): None for at in range(number)}
    return KeptUnit(PLACE, WRITTEN, url_policy(()), links)  # type: ignore[arg-type]


def found(keeper: Keeper, unit: Unit, written: Written = WRITTEN, *, brief: bool = False) -> bool:
    return bool(keeper.find({unit: PLACE}, {unit: written}, url_policy(()), brief=brief))


def test_it_finds_what_is_as_it_was() -> None:
    keeper = Keeper()
    keeper.keep({UNIT: kept(1)}, brief=False)
    assert found(keeper, UNIT)
    assert not found(keeper, UNIT, brief=True)
    for written in (Written(4, "6"), Written(5, "5")):
        assert not found(keeper, UNIT, written)
    assert not keeper.find({UNIT: PLACE}, {}, url_policy(()), brief=False)
    moved = {UNIT: PLACE._replace(project="q")}
    assert not keeper.find(moved, {UNIT: WRITTEN}, url_policy(()), brief=False)


def test_it_keeps_no_more_than_it_may() -> None:
    keeper = Keeper(most=10)
    units = [Unit(1, 2, number) for number in range(4)]
    for unit in units:
        keeper.keep({unit: kept(3)}, brief=False)
        assert found(keeper, units[0])  # looked at again and again
    assert [found(keeper, unit) for unit in units] == [True, False, False, True]


def test_links_of_a_unit_are_equal_to_themselves_alone() -> None:
    first, second = UnitLinks(), UnitLinks()
    assert first == first
    assert len({first, second, first}) == 2


def test_a_run_that_is_gone_shows_nothing() -> None:
    run = resolved_action().run
    assert links_of_run(run, now=NOW)
    Run.objects.filter(pk=run.pk).delete()
    assert links_of_run(run, now=NOW, actions=[]) == []
