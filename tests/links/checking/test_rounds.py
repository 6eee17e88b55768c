"""Rounds of link checks: off by default, of chosen tools, a few at a time, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linkhub.lib.url_form import url_digest
from linkhub.links.checking import rounds
from linkhub.links.checking.rounds import PER_HOST, check_links
from linkhub.links.models import Link, Target
from linkhub.links.read import links_of_run
from tests import factories as make
from tests.links.checking.servers import Served, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.LINKHUB_CHECK_HOSTS = ["127.0.0.1"]
    settings.LINKHUB_CHECK_NETWORKS = ["127.0.0.0/8"]


def make_links(*urls: str, check_links: bool = True, **fields: Any) -> list[Link]:
    tool = make.make_tool("lens", kind="custom", check_links=check_links)
    run = make.make_run()
    return [
        make.make_link(
            run, tool=tool, key=f"k{number}", url=url, url_digest=url_digest(url), **fields
        )
        for number, url in enumerate(urls)
    ]


def check() -> int:
    return check_links(seconds=5)


def states() -> dict[str, str]:
    return dict(Target.objects.values_list("url", "state"))


def due_again() -> None:
    Target.objects.update(due_at=timezone.now())


def test_it_asks_nobody_unless_hosts_are_allowed(served: Served, settings: Any) -> None:
    settings.LINKHUB_CHECK_HOSTS = []
    make_links(served.url())
    assert (check(), served.asked) == (0, [])


def test_it_asks_for_chosen_tools_alone(served: Served) -> None:
    make_links(served.url(), check_links=False)
    assert (check(), served.asked) == (0, [])


def test_it_asks_only_allowed_hosts(served: Served) -> None:
    make_links("https://elsewhere.example.com/", served.url())
    assert check() == 1
    assert states() == {served.url(): "there"}


@pytest.mark.parametrize("fields", [{"state": "waiting"}, {"depends_on_now": True}])
def test_it_asks_for_what_stays(served: Served, fields: dict[str, Any]) -> None:
    make_links(served.url(), **fields)
    assert check() == 0


def test_it_asks_for_a_target_once_until_it_is_due(served: Served) -> None:
    make_links(served.url("/a"), served.url("/a"))
    assert check() == 1
    assert check() == 0


def test_it_asks_a_host_a_few_times_a_round(served: Served) -> None:
    make_links(*(served.url(f"/{number}") for number in range(PER_HOST + 3)))
    assert check() == PER_HOST
    assert check() == 3


def test_it_takes_one_failure_for_none(served: Served) -> None:
    served.answers = {f"{method} /": (503, {}) for method in ("HEAD", "GET")}
    make_links(served.url())
    check()
    target = Target.objects.get()
    assert (target.state, target.due_at < timezone.now() + timedelta(hours=1)) == ("unsure", True)
    due_again()
    check()
    assert Target.objects.get().state == "broken"


def test_it_takes_gone_for_gone_and_notices_a_return(served: Served) -> None:
    served.answers = {f"{method} /": (404, {}) for method in ("HEAD", "GET")}
    make_links(served.url())
    check()
    first = Target.objects.get()
    assert (first.state, first.broken_since is not None) == ("broken", True)
    due_again()
    check()
    assert Target.objects.get().broken_since == first.broken_since
    served.answers = {}
    due_again()
    check()
    again = Target.objects.get()
    assert (again.state, again.broken_since, again.reason) == ("there", None, "")


def test_it_runs_alone(served: Served) -> None:
    make_links(served.url())
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [rounds.LOCK])
        assert check() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [rounds.LOCK])
    other.close()
    assert check() == 1


def test_it_forgets_what_no_link_leads_to(served: Served) -> None:
    [link] = make_links(served.url())
    check()
    link.delete()
    Target.objects.update(seen_at=timezone.now() - timedelta(days=8))
    check()
    assert not Target.objects.exists()


def test_it_forgets_a_tool_that_is_no_longer_checked(served: Served) -> None:
    [link] = make_links(served.url())
    check()
    tool = link.tool
    assert tool is not None
    tool.check_links = False
    tool.save(update_fields=["check_links"])
    check()
    assert not Target.objects.exists()


class TestWhatIsShown:
    @pytest.fixture
    def broken(self, served: Served) -> Link:
        served.answers = {f"{method} /": (404, {}) for method in ("HEAD", "GET")}
        [link] = make_links(served.url())
        check()
        make.make_resolved(make.unit_of(link.run), 2**40)  # type: ignore[arg-type]
        return link

    def shown(self, link: Link) -> Any:
        assert link.run is not None
        [found] = links_of_run(link.run, now=timezone.now())
        return found

    def test_it_says_what_and_when(self, broken: Link) -> None:
        found = self.shown(broken)
        assert (found.state, found.broken) == ("ready", "answers 404 Not Found")
        assert found.checked_at == Target.objects.get().checked_at

    def test_it_says_nothing_once_checks_are_off(self, broken: Link, settings: Any) -> None:
        settings.LINKHUB_CHECK_HOSTS = []
        assert self.shown(broken).broken == ""

    def test_it_costs_two_queries_or_none(
        self, broken: Link, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.LINKHUB_CHECK_HOSTS = []
        self.shown(broken)
        with CaptureQueriesContext(connection) as off:
            self.shown(broken)
        settings.LINKHUB_CHECK_HOSTS = ["127.0.0.1"]
        with django_assert_num_queries(len(off) + 2):
            self.shown(broken)

    def test_pages_mark_it(self, broken: Link, admin_client: Any) -> None:
        body = admin_client.get("/projects/flytesnacks/development/runs/r7/").content.decode()
        assert '<span class="broken" aria-hidden="true">broken</span>' in body
        assert "It answers 404 Not Found, when asked on" in body
