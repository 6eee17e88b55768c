"""The status page, its plots, and what other pages say when a part is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from linkhub.ingest.models import Source
from linkhub.lib.meters import DOCUMENTS
from linkhub.pages.status_plots import SLOTS, last_day, short
from linkhub.seeing import condition
from linkhub.seeing.looks import NAMES, look_around
from linkhub.seeing.models import Look, Process
from linkhub.seeing.reporting import Role, report
from linkhub.seeing.storing import store_counts
from tests import factories as make
from tests.ops.living import make_all_live, make_worker
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


def body(client: Client) -> str:
    response = client.get("/status/")
    assert response.status_code == 200
    return response.content.decode()


def make_look(minutes_ago: float, **numbers: float) -> None:
    values = dict.fromkeys((*NAMES, "pending", "oldest", "lag"), 0.0) | numbers
    look = Look.objects.create(numbers=values)
    Look.objects.filter(pk=look.pk).update(at=timezone.now() - timedelta(minutes=minutes_ago))


def values_of(title: str) -> list[float]:
    [plot] = [each for each in last_day(timezone.now()).plots if each.measure.title == title]
    return [each for each in plot.values if each is not None]


def test_it_shows_parts_processes_queue_and_sources(admin: Client) -> None:
    make_worker("resolve", name="resolve@box")
    Source.objects.create(name="our-flyte", kind="flyte2", failures=3, last_error="no route")
    shown = body(admin)

    assert "No worker takes tasks from python_links" in shown
    assert "resolve@box" in shown
    assert "our-flyte" in shown
    assert "no route" in shown


def test_it_costs_the_same_for_any_number(admin: Client) -> None:
    make_all_live()
    few = queries_of(lambda: body(admin))
    for number in range(20):
        make_worker("resolve", name=f"resolve@{number}")
        Source.objects.create(name=f"s{number}", kind="flyte2")
        make_look(number)

    assert queries_of(lambda: body(admin)) == few


def test_it_draws_what_grew_between_two_looks() -> None:
    make_look(12, recorded=100)
    make_look(11, recorded=160)
    make_look(10, recorded=160)

    assert max(values_of("Recorded")) == pytest.approx(60, rel=0.05)


def test_a_gap_is_no_zero_and_counts_that_begin_anew_are_no_dip() -> None:
    make_look(60, requests=100)
    make_look(30, requests=200)
    make_look(29, requests=5)

    assert values_of("Requests") == []


def test_what_stands_is_drawn_at_its_most() -> None:
    make_look(1442, pending=9)
    make_look(3, pending=1)
    make_look(2, pending=7)
    make_look(1, pending=2)

    assert values_of("Waiting")[-1] in (2, 7)
    assert max(values_of("Waiting")) == 7
    assert len(last_day(timezone.now()).plots[0].values) == SLOTS


def test_it_says_in_a_table_what_it_draws(admin: Client) -> None:
    make_look(3, pending=0)
    make_look(2, pending=1234)
    shown = body(admin)

    assert "<title>Waiting</title>" in shown
    assert "<td>1234</td>" in shown


def test_it_says_once_that_nothing_has_been_measured(admin: Client) -> None:
    assert "two minutes after beat and a worker have started" in body(admin)
    make_look(1)
    shown = body(admin)

    assert shown.count("Nothing has been measured yet.") == 1
    assert f"come at {Look.objects.get().at + timedelta(seconds=110):%H:%M} UTC" in shown
    assert '<svg class="day-plot"' not in shown


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0, "0"), (0.01234, "0.0123"), (123.4, "123"), (45678, "46k")]
)
def test_numbers_are_short(value: float | None, text: str) -> None:
    assert short(value) == text


def test_a_look_is_kept_once_a_minute_and_for_a_day() -> None:
    make_look(60 * 26)
    assert look_around()
    assert not look_around()

    assert Look.objects.count() == 1


def test_what_a_clock_that_was_set_back_has_seen_hides_nothing() -> None:
    make_look(-60)
    make_worker("resolve")
    Process.objects.update(seen_at=timezone.now() + timedelta(hours=1))

    assert look_around()
    assert Look.objects.get().at <= timezone.now()
    assert Process.objects.get().seen_at <= timezone.now()


def test_a_look_has_what_was_counted() -> None:
    DOCUMENTS.add(7)
    store_counts()
    look_around()

    assert Look.objects.get().numbers["recorded"] == 7


def test_processes_that_ended_without_a_word_are_forgotten() -> None:
    make_worker("resolve")
    Process.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    look_around()

    assert not Process.objects.exists()


def test_pages_say_what_a_web_process_saw_to_be_away(admin: Client) -> None:
    report(Role(Process.Kind.WEB, "web@a:1"))
    shown = admin.get("/").content.decode()

    assert "No worker resolves links." in shown
    assert shown.count("What is shown may be behind.") == 1
    assert Process.objects.get().name == "web@a:1"
    assert "No worker resolves links." not in Client().get("/sign-in/").content.decode()


def test_pages_say_nothing_where_all_is_well(admin: Client, settings: Settings) -> None:
    settings.REDIS_URL = ""
    make_all_live()
    condition.remember(condition.look())

    assert "troubles" not in admin.get("/").content.decode()


def test_a_worker_of_the_past_does_not_count() -> None:
    worker = make_worker("resolve")
    Process.objects.filter(pk=worker.pk).update(seen_at=make.CREATED)

    assert not condition.served_queues(condition.living())
