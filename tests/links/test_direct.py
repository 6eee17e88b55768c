"""Straight to a link: what the store vouches for, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from linkhub.accounts.models import Project, User
from linkhub.ingest.demo import project as demo
from linkhub.links import work
from linkhub.links.direct import Asked, addresses_of
from linkhub.links.models import Link, LinkDefinition
from linkhub.links.read import links_of_runs
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.CREATED + timedelta(minutes=5)
ASKED = Asked("flytesnacks", "dashboard", "development", "r7")


def resolve(*actions: Action) -> None:
    mark(unit for each in actions for unit in (make.unit_of(each), make.unit_of(each.run)))
    work.drain(Pending.Lane.MAIN, seconds=10)


def make_resolved(**definition: object) -> Action:
    make.make_definition(**definition)
    action = make.make_action()
    make.make_pod(make.make_attempt(action))
    resolve(action)
    return action


def urls(asked: Asked = ASKED, viewer: User | None = None) -> list[str]:
    found = addresses_of(asked, viewer or make.make_user(), now=NOW)
    return [address.url for address in found]


@pytest.fixture
def ana(db: None) -> User:
    return make.make_user()


def test_it_asks_once(ana: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_resolved()
    addresses_of(ASKED, ana, now=NOW)

    with django_assert_num_queries(1):
        assert urls(viewer=ana) == ["https://tools.example.com/dashboard/r7"]


def test_it_takes_the_runs_own_before_its_roots(ana: User) -> None:
    own = "https://own.example.com/{{.runName}}"
    make.make_definition(level="run", project=make.make_project(), template=own)
    make_resolved(level="action")

    assert urls(viewer=ana) == ["https://own.example.com/r7"]
    LinkDefinition.objects.filter(level="run").delete()
    Link.objects.filter(action=None).delete()
    assert urls(viewer=ana) == ["https://tools.example.com/dashboard/r7"]


def test_it_takes_an_actions(ana: User) -> None:
    step = make.make_action(make_resolved().run, name="x1", parent="a0")
    resolve(step)

    assert urls(replace(ASKED, action="x1"), ana) == ["https://tools.example.com/dashboard/r7"]
    assert urls(replace(ASKED, action="train"), ana) == []


def test_it_takes_the_newest_action_of_a_task(ana: User) -> None:
    template = "https://tools.example.com/{{.actionName}}"
    run = make_resolved(level="action", template=template).run
    of_task = replace(ASKED, action="train")
    for name, minutes in (("x1", 2), ("x2", 3), ("x3", None)):
        started = None if minutes is None else make.CREATED + timedelta(minutes=minutes)
        resolve(make.make_action(run, name=name, task="train", parent="a0", started_at=started))

    assert urls(of_task, ana) == ["https://tools.example.com/x2"]
    mark([make.unit_of(run.actions.get(name="x2"))])
    assert urls(of_task, ana) == []
    resolve(make.make_action(run, name="train", parent="a0"))
    assert urls(of_task, ana) == ["https://tools.example.com/train"]


def test_it_takes_a_projects_own(ana: User) -> None:
    make_resolved(level="project", template="https://tools.example.com/{{.project}}")
    of_project = Asked("flytesnacks", "dashboard")
    assert urls(of_project, ana) == []

    mark([Unit(Project.objects.get().pk)])
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert urls(of_project, ana) == ["https://tools.example.com/flytesnacks"]
    assert urls(replace(of_project, domain="development", run="r7"), ana) == []
    mark([Unit(Project.objects.get().pk)])
    assert urls(of_project, ana) == []


def test_it_takes_the_latest_of_a_workflow(ana: User) -> None:
    run = make_resolved().run
    newer = make.make_run("r8", workflow="other", created_at=make.CREATED + timedelta(hours=1))
    resolve(make.make_action(newer))
    latest = replace(ASKED, run=None)

    assert urls(latest, ana) == ["https://tools.example.com/dashboard/r8"]
    assert urls(replace(latest, workflow="train_pipeline"), ana) == [
        "https://tools.example.com/dashboard/r7"
    ]
    Run.objects.filter(pk=run.pk).update(phase="failed")
    assert urls(replace(latest, phases={"failed"}), ana) == [
        "https://tools.example.com/dashboard/r7"
    ]


def test_it_does_not_vouch_for_what_is_marked(ana: User) -> None:
    action = make_resolved()
    mark([make.unit_of(action.run)])

    assert urls(viewer=ana) == []


def test_it_does_not_vouch_for_what_an_edit_may_reach(ana: User) -> None:
    make_resolved()
    LinkDefinition.objects.update(change=next_change(), template="https://new.example.com/")

    assert urls(viewer=ana) == []


def test_it_does_not_vouch_for_what_was_never_resolved(ana: User) -> None:
    make.make_definition()
    make.make_action()

    assert urls(viewer=ana) == []


def test_it_does_not_vouch_for_what_time_has_changed(ana: User) -> None:
    make_resolved()
    Link.objects.update(expires_at=NOW)
    assert urls(viewer=ana) == []

    Link.objects.update(expires_at=None, depends_on_now=True)
    assert urls(viewer=ana) == []


def test_it_does_not_vouch_for_what_the_policy_refuses_now(ana: User) -> None:
    make_resolved()
    Link.objects.update(url="https://elsewhere.example.com/", host_origin="variable")

    assert urls(viewer=ana) == []


@pytest.mark.parametrize("active", [True, False])
def test_it_shows_nothing_to_who_may_not_see_it(ana: User, active: bool) -> None:
    make_resolved()
    assert urls(viewer=ana)
    Project.objects.update(visibility="private")
    assert urls(viewer=ana) == []

    make.make_member(Project.objects.get(), ana)
    ana.is_active = active
    assert bool(urls(viewer=ana)) is active


def test_it_says_what_reading_says(ana: User) -> None:
    demo.load()
    work.drain(Pending.Lane.MAIN, seconds=30)
    found = 0
    for asked, told in told_of_demo():
        addresses = addresses_of(asked, ana, now=NOW)
        assert [each.url for each in addresses] in ([], told)
        found += bool(addresses)
    assert found > 20


def told_of_demo() -> Iterator[tuple[Asked, list[str]]]:
    """Every key of every run, and the URLs that reading gives: the run's own, else its root's."""
    for run in Run.objects.select_related("project"):
        links = links_of_runs([run], now=NOW)[run.pk]
        for key in {link.key for link in links}:
            of_key = [link for link in links if link.key == key]
            own = [link for link in of_key if not link.action]
            asked = Asked(run.project.name, key, run.domain, run.name)
            yield asked, [link.url or "" for link in own or of_key]
