"""Python classes preview through the worker: the web process asks and reads, and runs nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.models import User
from linkhub.links import python_lane
from linkhub.links.classes.runner import LinkRunner
from linkhub.links.editing.models import PythonPreview
from linkhub.links.editing.python_previews import answer_to, try_in_worker
from tests import factories as make

pytestmark = pytest.mark.django_db
EDITOR = "/admin/links/linkdefinition/editor/"
FORM = {
    "key": "board",
    "name": "Board",
    "level": "action",
    "provider": "python_link",
    "params-class": "tests.links.flyte_links:Board",
    "position": "0",
    "link_type": "external",
    "enabled": "on",
    "show_while_pending": "on",
}


@pytest.fixture(autouse=True)
def _classes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.LINKHUB_LINK_CLASSES = ["tests.links.flyte_links:*"]
    with LinkRunner(allowed=settings.LINKHUB_LINK_CLASSES) as runner:
        monkeypatch.setattr(python_lane, "_runner", lambda: runner)
        yield


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make.make_admin())
    return client


def ask(admin: Client, **form: str) -> uuid.UUID:
    make.make_action(context={"board_id": "b1"})
    page = admin.post(f"{EDITOR}preview", FORM | form).content.decode()
    assert "A worker is trying the class" in page
    return PythonPreview.objects.get().ticket


def answered(admin: Client, ticket: uuid.UUID) -> str:
    response = admin.post(f"{EDITOR}answer", FORM | {"ticket": str(ticket)})
    return response.content.decode()


def test_it_waits_for_the_worker_and_shows_its_answer(admin: Client) -> None:
    ticket = ask(admin)
    assert 'hx-trigger="every 1s"' in answered(admin, ticket)
    try_in_worker(ticket)
    page = answered(admin, ticket)

    assert "https://board.example.com/r7/b1" in page
    assert "every 1s" not in page


def test_it_shows_why_the_class_failed(admin: Client) -> None:
    ticket = ask(admin, **{"params-class": "tests.links.flyte_links:Broken"})
    try_in_worker(ticket)

    assert "no board today" in answered(admin, ticket)


def test_a_newer_question_takes_the_place_of_an_older(admin: Client) -> None:
    older = ask(admin)
    admin.post(f"{EDITOR}preview", FORM)
    try_in_worker(older)

    assert PythonPreview.objects.get().answer is None
    assert "taken its place" in answered(admin, older)


def test_nobody_reads_anothers_answer(admin: Client) -> None:
    ticket = ask(admin)
    try_in_worker(ticket)

    assert answer_to(make.make_user(), ticket) == []
    assert answer_to(User.objects.get(username="root"), ticket)


def test_a_ticket_that_is_none_is_not_there(admin: Client) -> None:
    assert admin.post(f"{EDITOR}answer", FORM | {"ticket": "x"}).status_code == 404
