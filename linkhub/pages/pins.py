"""Pins: links at the top of a project's page, one viewer's own or, set by maintainers, the team's.

A pin keeps one of LinkHub's own `/go` addresses, so that it follows edited definitions, and access
is checked when it is followed. `latest` in the address makes it a link of whatever ran last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import F, Max, Q, QuerySet

from linkhub.accounts.models import Project, User
from linkhub.lib.made_once import MadeOnce
from linkhub.pages.models import Pin

MOST = 50
EARLIER, LATER = -1, 1


class TooManyPins(ValueError):
    """More than one project's page can hold."""


def pins_of(project: Project, user: User) -> list[Pin]:
    """The team's pins, then the user's own, each in their order. One query."""
    rows = _SEEN.rows(project=project.pk, user=user.pk)
    return [Pin.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row) for row in rows]


_COLUMNS = tuple(field.attname for field in Pin._meta.concrete_fields)


def _seen(project: int, user: int) -> QuerySet[Pin, Any]:
    seen = Pin.objects.filter(Q(user=user) | Q(user=None), project=project)
    ordered = seen.order_by(F("user").asc(nulls_first=True), "position", "pk")
    return ordered.values_list(*_COLUMNS)


_SEEN = MadeOnce(_seen, project=int, user=int)


def add_pin(*, project: Project, owner: User | None, title: str, address: str) -> Pin:
    """The last of the owner's (None: the team's); one that is there gets the title.

    Raises TooManyPins.
    """
    with transaction.atomic():
        own = _locked(project, owner)
        place = (own.aggregate(last=Max("position"))["last"] or 0) + 1
        values = {"title": title}
        new = values | {"position": place}
        pin, made = own.update_or_create(
            project=project, user=owner, address=address, defaults=values, create_defaults=new
        )
        if made and own.count() > MOST:
            raise TooManyPins(f"A project's page holds at most {MOST} pins of one kind.")
    return pin


def remove_pin(*, project: Project, owner: User | None, address: str) -> None:
    Pin.objects.filter(project=project, user=owner, address=address).delete()


def move_pin(*, project: Project, owner: User | None, address: str, by: int) -> None:
    """One place `EARLIER` or `LATER`; what is at the end or gone stays as it is."""
    with transaction.atomic():
        pins = list(_locked(project, owner).order_by("position", "pk"))
        at = next((at for at, pin in enumerate(pins) if pin.address == address), None)
        if at is None or not 0 <= at + by < len(pins):
            return
        pins[at], pins[at + by] = pins[at + by], pins[at]
        _number(pins)


def _locked(project: Project, owner: User | None) -> QuerySet[Pin]:
    """The owner's pins, which nobody else changes until the transaction is over."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return Pin.objects.filter(project=project, user=owner)


def _number(pins: Sequence[Pin]) -> None:
    for position, pin in enumerate(pins, start=1):
        pin.position = position
    Pin.objects.bulk_update(pins, ["position"])
