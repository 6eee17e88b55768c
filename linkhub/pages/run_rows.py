"""The markup of a row of the table of runs: see `markup.py` for why it is no template."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe

from linkhub.pages.chips import KEPT
from linkhub.pages.markup import moment, phase, plain_name, shown_name
from linkhub.pages.run_table import RunRow, RunTable, Subject

LONG = 40


def run_row(row: RunRow, table: RunTable) -> SafeString:
    """One run, or the workflow that it is the latest run of."""
    return mark_safe("".join(_row(row, table)))  # noqa: S308 (escaped below)


def _row(row: RunRow, table: RunTable) -> Iterator[str]:
    yield f'<tr id="{row.dom_id}"><th scope="row" class="name-cell">'
    if table.workflows_lead:
        yield _of_workflow(row.subject)
    else:
        yield _of_run(row.subject, table.show_project, table.show_workflow)
    yield f'</div></th><td class="phase-cell">{phase(row.phase, badge=False)}</td>'
    yield f'<td class="when nowrap">{moment(row.when, table.now)}'
    if row.took:
        yield f'<div class="under">{row.took}</div>'
    yield "</td>"
    if table.workflows_lead:
        yield f'<td class="strip-cell">{row.strip}</td>'
    yield row.cells
    yield "</tr>"


@lru_cache(maxsize=KEPT)
def _of_workflow(subject: Subject) -> str:
    return (
        f"{_to(subject.workflow_href, subject.workflow)}"
        f'<div class="under">{shown_name(subject.domain)} · {_to(subject.href, subject.name)}'
    )


@lru_cache(maxsize=KEPT)
def _of_run(subject: Subject, show_project: bool, show_workflow: bool) -> str:
    project = f"{shown_name(subject.project)} / " if show_project else ""
    parts = [shown_name(subject.domain)]
    if show_workflow and subject.workflow:
        parts.append(_to(subject.workflow_href, subject.workflow))
    if subject.launched_by:
        parts.append(shown_name(subject.launched_by))
    return f'{_to(subject.href, subject.name)}<div class="under">{project}{"&nbsp;· ".join(parts)}'


def _to(href: str, name: str) -> str:
    """A link by its name; a long one may be cut off, so it is whole on hover."""
    whole = f' title="{escape(plain_name(name))}"' if len(name) > LONG else ""
    return f'<a href="{escape(href)}"{whole}>{shown_name(name)}</a>'
