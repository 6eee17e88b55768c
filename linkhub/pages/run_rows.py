"""The markup of a row of the table of runs: see `markup.py` for why it is no template."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

from linkhub.pages.markup import moment, phase, plain_name, shown_name
from linkhub.pages.run_table import RunRow, RunTable

LONG = 40


def run_row(row: RunRow, table: RunTable) -> SafeString:
    """One run, or the workflow that it is the latest run of."""
    return mark_safe("".join(_row(row, table)))  # noqa: S308 (escaped below)


def _row(row: RunRow, table: RunTable) -> Iterator[str]:
    yield f'<tr id="{row.dom_id}"><th scope="row" class="name-cell">'
    yield from _of_workflow(row) if table.workflows_lead else _of_run(row, table)
    yield f'</div></th><td class="phase-cell">{phase(row.phase, badge=False)}</td>'
    yield f'<td class="when nowrap">{moment(row.when, table.now)}'
    if row.took:
        yield f'<div class="under">{row.took}</div>'
    yield "</td>"
    if table.workflows_lead:
        yield f'<td class="strip-cell">{row.strip}</td>'
    yield row.cells
    yield "</tr>"


def _of_workflow(row: RunRow) -> Iterator[str]:
    yield f"{_to(row.workflow_href, row.workflow)}"
    yield f'<div class="under">{shown_name(row.domain)} · {_to(row.href, row.name)}'


def _of_run(row: RunRow, table: RunTable) -> Iterator[str]:
    yield f'{_to(row.href, row.name)}<div class="under">'
    if table.show_project:
        yield f"{shown_name(row.project)} / "
    yield shown_name(row.domain)
    if table.show_workflow and row.workflow:
        yield f"&nbsp;· {_to(row.workflow_href, row.workflow)}"
    if row.launched_by:
        yield f"&nbsp;· {shown_name(row.launched_by)}"


def _to(href: str, name: str) -> str:
    """A link by its name; a long one may be cut off, so it is whole on hover."""
    whole = f' title="{escape(plain_name(name))}"' if len(name) > LONG else ""
    return f'<a href="{escape(href)}"{whole}>{shown_name(name)}</a>'
