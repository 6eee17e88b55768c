"""The markup of an action's row in the tree of a run: see `markup.py` for why it is no template."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from linkhub.pages.action_rows import ActionRow
from linkhub.pages.markup import bar, chip, moment, phase, shown_name

MOST_OF_AN_ERROR = 200


def action_row(row: ActionRow, *, now: datetime, says_parent: bool) -> SafeString:
    """One action; in a list it says its parent, which in the tree stands above it."""
    return mark_safe("".join(_row(row, now, says_parent)))  # noqa: S308 (escaped below)


def _row(row: ActionRow, now: datetime, says_parent: bool) -> Iterator[str]:
    nested = ' class="nested"' if row.depth else ""
    yield f'<tr id="{row.dom_id}"><th scope="row" class="name-cell d{row.depth}"><div{nested}>'
    yield f'<a href="{escape(row.href)}">{shown_name(row.task or row.name)}</a>'
    yield f'<div class="under">{" · ".join(_under(row, says_parent))}</div></div></th>'
    yield f'<td>{phase(row.phase, badge=False)}</td><td class="time-cell">'
    if row.bar:
        yield bar(row.bar)
    began = f" · {moment(row.started_at, now)}" if row.started_at else ""
    yield f'<div class="under">{row.took}{began}</div></td><td class="wide"><div class="chips">'
    for each in row.chips:
        yield chip(each, with_icon=True)
    for number, word in ((row.more, "more"), (row.out_of_sight, "hidden")):
        if number:
            yield f'<a class="muted" href="{escape(row.href)}">{number} {word}</a>'
    yield "</div>"
    if row.error:
        error = Truncator(row.error).chars(MOST_OF_AN_ERROR)
        yield f'<p class="error-text">{escape(error)}</p>'
    yield "</td></tr>"


def _under(row: ActionRow, says_parent: bool) -> Iterator[str]:
    if row.task:
        yield shown_name(row.name)
    if row.attempt:
        yield f"attempt {row.attempt}"
    if says_parent and row.parent:
        yield f"below {shown_name(row.parent)}"
