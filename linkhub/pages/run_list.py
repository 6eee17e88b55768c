"""A list of runs with their links, as three pages have it: of everything, a project, a workflow.

The element `run-list` is filters and table, `run-table` the table alone, which asks for itself
while it may still change: what is typed into a filter meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from linkhub.links.listing import to_come
from linkhub.pages.asked import Asked
from linkhub.pages.cells import Columns, columns_of
from linkhub.pages.columns import column_menu
from linkhub.pages.filter_bar import filter_bar, is_filtered
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_csv import csv_of
from linkhub.pages.run_table import OF_RUNS, RunTable, Shape, run_table
from linkhub.pages.tools import Toolbox
from linkhub.pages.windows import run_window

PARTIALS = frozenset({"run_list", "run_table"})


# The bar says the address again and again: that of a long one is too large to be kept.
LONGEST_KEPT, KEPT_BARS = 300, 128


@dataclass(frozen=True, slots=True)
class RunList:
    """`bar` is the markup of the filters; `filtered` where one of them holds."""

    bar: SafeString
    filtered: bool
    table: RunTable


def list_page(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    fixed: Mapping[str, str],
    shape: Shape = OF_RUNS,
) -> HttpResponseBase:
    """The page, one of its parts, or all its runs as CSV; `fixed` are filters of the page itself.

    What a form sends of empty fields is dropped from the address first.
    """
    asked = Asked.of(request, fixed)
    if (tidy := asked.address.tidy()) != asked.address:
        return redirect(str(tidy))
    if asked.as_csv and not asked.refused:
        return csv_of(asked, request.user)
    found = {"list": run_list(request, asked, shape)}
    return page(request, template, {**context, **found}, partials=PARTIALS)


def run_list(request: Request, asked: Asked, shape: Shape) -> RunList:
    toolbox = Toolbox.load()
    window = run_window(asked, request.user)
    table = run_table(window, toolbox, now=timezone.now(), shape=shape, asked=asked)
    waiting = to_come(request.user, asked.filters) if asked.filters.of_links else 0
    columns = columns_of(tuple(table.tools))
    make = _kept_bar if len(str(asked.address)) <= LONGEST_KEPT else _bar
    bar = make(asked, toolbox, columns, waiting, groups=shape.show_workflow)
    return RunList(bar, is_filtered(asked), table)


def _bar(
    asked: Asked, toolbox: Toolbox, columns: Columns, waiting: int, *, groups: bool
) -> SafeString:
    """What stands above a list: the same for everybody who asks for the same."""
    context = {
        "bar": filter_bar(asked, toolbox, to_come=waiting, groups=groups),
        "columns": column_menu(asked, columns.tools, toolbox),
    }
    return render_to_string("components/filter_bar.html", context)


_kept_bar = lru_cache(maxsize=KEPT_BARS)(_bar)
