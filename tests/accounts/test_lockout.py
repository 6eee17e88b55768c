"""Guessing is slow; nobody is locked out of their own browser by strangers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from linkhub.accounts.lockout import COOKIE, WINDOW, Locked, count_try
from linkhub.accounts.models import SignInTries
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ana(settings: Any) -> None:
    settings.LINKHUB_SIGN_IN_TRIES = 2
    make.make_user()


def sign_in(
    client: Client, name: str = "ana", password: str = "guess", address: str = "10.0.0.1"
) -> HttpResponse:
    form = {"username": name, "password": password}
    return client.post("/sign-in/", form, REMOTE_ADDR=address)


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_after_a_few_wrong_passwords_the_right_one_is_not_looked_at() -> None:
    client = Client()
    for _ in range(2):
        assert sign_in(client).status_code == 200
    locked = sign_in(client, password=make.PASSWORD)

    assert (locked.status_code, int(locked["Retry-After"]) > 800) == (429, True)
    assert "Too many tries. Try again in 15 minutes, at " in text(locked)


def test_it_opens_again_when_it_said() -> None:
    client = Client()
    for _ in range(3):
        sign_in(client)
    with time_machine.travel(timezone.now() + WINDOW + timedelta(seconds=1)):
        assert sign_in(client, password=make.PASSWORD).status_code == 302


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer() -> None:
    client = Client()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        for _ in range(3):
            sign_in(client)

    assert sign_in(client, password=make.PASSWORD).status_code == 302


def test_clocks_of_processes_that_differ_let_nobody_begin_anew() -> None:
    client = Client()
    with time_machine.travel(timezone.now() + WINDOW / 2):
        for _ in range(3):
            sign_in(client)

    assert sign_in(client, password=make.PASSWORD).status_code == 429


def test_a_name_that_is_nobodys_is_answered_alike() -> None:
    answers = {name: [sign_in(Client(), name=name) for _ in range(3)] for name in ("ana", "nobody")}

    for known, unknown in zip(answers["ana"], answers["nobody"], strict=True):
        assert known.status_code == unknown.status_code
        assert errors(known) == errors(unknown)


def errors(response: HttpResponse) -> list[str]:
    return list(response.context["form"].non_field_errors())  # type: ignore[attr-defined]


def test_others_sign_in_meanwhile_from_the_same_address() -> None:
    make.make_user("ben")
    for _ in range(3):
        sign_in(Client())

    assert sign_in(Client(), name="ben", password=make.PASSWORD).status_code == 302


def test_strangers_everywhere_lock_a_name_for_strangers_and_not_for_its_own_browser() -> None:
    mine = Client()
    assert sign_in(mine, password=make.PASSWORD, address="10.0.0.9").status_code == 302
    mine.post("/sign-out/")
    for number in range(20):
        sign_in(Client(), address=f"192.0.2.{number}")

    assert sign_in(Client(), password=make.PASSWORD, address="198.51.100.1").status_code == 429
    assert sign_in(mine, password=make.PASSWORD, address="10.0.0.9").status_code == 302


def test_a_browser_known_for_one_name_is_a_stranger_for_another() -> None:
    make.make_user("ben")
    bens = Client()
    sign_in(bens, name="ben", password=make.PASSWORD)
    bens.post("/sign-out/")
    for _ in range(3):
        last = sign_in(bens)

    assert last.status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z", "é", "W10:1:2"])
def test_a_cookie_of_ones_own_making_helps_nobody(cookie: str) -> None:
    client = Client()
    client.cookies[COOKIE] = cookie
    for _ in range(3):
        last = sign_in(client)

    assert last.status_code == 429


def test_one_address_tries_few_names() -> None:
    answers = [sign_in(Client(), name=f"user{number}") for number in range(21)]

    assert [each.status_code for each in answers] == [200] * 20 + [429]


def test_who_has_an_account_gains_no_tries_on_others_by_it() -> None:
    for number in range(10):
        sign_in(Client(), name=f"user{number}")
        sign_in(Client(), password=make.PASSWORD)
    counted = {bytes(row.who): row.number for row in SignInTries.objects.all()}

    assert max(counted.values()) == 10


def test_spellings_of_a_name_share_its_tries() -> None:
    for name in ("ana", "ANA"):
        sign_in(Client(), name=name)

    assert sign_in(Client(), name="\uff21na").status_code == 429


def test_a_locked_out_stranger_fills_no_further_count() -> None:
    for _ in range(20):
        sign_in(Client())

    assert sign_in(Client(), password=make.PASSWORD, address="10.0.0.2").status_code == 302


def test_what_is_over_is_forgotten() -> None:
    sign_in(Client())
    with time_machine.travel(timezone.now() + WINDOW * 2):
        sign_in(Client(), name="ben", address="10.0.0.2")

        assert not SignInTries.objects.filter(until__lt=timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_no_more_than_one_after_the_other() -> None:
    def guess(_number: int) -> bool:
        try:
            count_try("ana", "10.0.0.1", "")
        except Locked:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(24))) == 2


def test_no_password_and_no_name_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    sign_in(Client(), name="hunter2-typed-in-the-wrong-field")

    assert "hunter2" not in caplog.text
    assert "hunter2" not in str(list(SignInTries.objects.values()))
