"""Moments and spans in words, as short as can be read at a glance."""

from __future__ import annotations

from datetime import datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400
# What is further away is a date.
DATED = 14 * DAY


def ago(moment: datetime, now: datetime) -> str:
    """How long before `now`: `just now`, `12 min ago`, `3 h ago`, `5 d ago`, then the date.

    What is to come, by a clock or a program that is wrong: `in 1h 30m`, then the date as such.
    """
    seconds = int((now - moment).total_seconds())
    if seconds <= -DATED:
        return f"in the future, {moment:%-d %b %Y}"
    if seconds < -MINUTE:
        return f"in {span(timedelta(seconds=-seconds))}"
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if seconds < DAY:
        return f"{seconds // HOUR} h ago"
    if seconds < DATED:
        return f"{seconds // DAY} d ago"
    return f"{moment:%-d %b}" if moment.year == now.year else f"{moment:%-d %b %Y}"


def is_date(moment: datetime, now: datetime) -> bool:
    """Whether `ago` says a date, and not how long before."""
    return int((now - moment).total_seconds()) >= DATED


def span(length: timedelta) -> str:
    """A length in its two largest units: `8s`, `4m 12s`, `2h 05m`, `3d 4h`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m {seconds % MINUTE:02}s"
    if seconds < DAY:
        return f"{seconds // HOUR}h {seconds % HOUR // MINUTE:02}m"
    return f"{seconds // DAY}d {seconds % DAY // HOUR}h"


def took(started: datetime | None, ended: datetime | None, now: datetime) -> str:
    """How long something ran, up to `now` while it goes on; `""` where it never began."""
    return "" if started is None else span((ended or now) - started)
