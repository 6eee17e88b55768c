"""A unit that failed too often is shown as such, and nobody waits for it."""

from __future__ import annotations

import pytest
from django.conf import settings

from linkhub.links.models import Link
from linkhub.links.read import links_of_action
from linkhub.links.resting import Resting, resting_of_run
from linkhub.runs.models import Action, Pending
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.ENDED
PYTHON = Pending.Lane.PYTHON
CLASS = {"class": "tests.links.flyte_links:Board"}


def rest(action: Action, lane: Pending.Lane = Pending.Lane.MAIN) -> None:
    fields = {"attempts": settings.LINKHUB_MAX_ATTEMPTS, "error": "KeyError: 'spam'"}
    make.make_pending(make.unit_of(action), lane=lane, **fields)


def test_its_links_are_right_and_not_about_to_change() -> None:
    make.make_definition()
    action = make.make_action()
    rest(action)
    [link] = links_of_action(action, now=NOW)
    assert (link.state, link.updating) == ("ready", False)


def test_it_is_named_with_its_error() -> None:
    action = make.make_action()
    rest(action)
    assert resting_of_run(action.run) == [Resting("a0", "KeyError: 'spam'")]
    assert resting_of_run(action.run, action.pk + 1) == []


def test_one_that_is_still_tried_is_updating() -> None:
    make.make_definition()
    action = make.make_action()
    make.make_pending(make.unit_of(action), attempts=1, error="KeyError: 'spam'")
    [link] = links_of_action(action, now=NOW)
    assert link.updating
    assert resting_of_run(action.run) == []


def test_a_class_that_cannot_be_run_has_failed() -> None:
    make.make_definition(provider="python_link", params=CLASS)
    action = make.make_action()
    make.make_resolved(make.unit_of(action), change=10**6)
    rest(action, PYTHON)
    make.make_pending(make.unit_of(action), attempts=99, error="broken")
    [link] = links_of_action(action, now=NOW)
    assert (link.state, link.reason, link.updating) == ("failed", "broken", False)


def test_a_classs_last_answer_stays_with_a_note() -> None:
    action = make.make_action()
    make.make_link(action.run, action, provider="python_link")
    Link.objects.update(project=action.run.project)
    make.make_resolved(make.unit_of(action), change=10**6)
    rest(action, PYTHON)
    [link] = links_of_action(action, now=NOW)
    assert (link.state, link.updating) == ("ready", False)
    assert link.notes == ("Not made anew: KeyError: 'spam'",)
