"""What the address of a list of runs asks for; the address is all that a list's state stands in.

Filters as the API names them; beside them `order`, `group=workflow`, `column` (tools as columns,
in this order, repeated), `show` and `after` (`windows.py`), `format=csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from django.http import QueryDict
from pydantic import ValidationError

from linkhub.lib.plain_errors import plain_errors
from linkhub.lib.storable import is_storable
from linkhub.links.filters import Filters, OrderName
from linkhub.pages.address import Address
from linkhub.pages.requests import Request

BY_WORKFLOW = "workflow"
MOST_COLUMNS = 40
# Rows of a window: how many more each time, and at most.
STEP = 50
MOST = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """`refused` says what of the address makes no sense: then nothing is listed.

    `own` are the filters that stand in the address, `filters` with those of the page itself. What
    follows from the address does not tell one from another.
    """

    address: Address
    own: Filters = field(compare=False)
    filters: Filters = field(compare=False)
    fixed: frozenset[str]
    refused: list[str] = field(compare=False)
    order: OrderName
    grouped: bool
    columns: tuple[str, ...]
    show: int
    cursor: str
    as_csv: bool

    @classmethod
    def of(cls, request: Request, fixed: Mapping[str, str]) -> Asked:
        """`fixed` are the filters that the page is made of: they are not the address's to say."""
        query = request.GET
        own, refused = _filters(query, fixed)
        order = query.get("order", "-created")
        if order not in get_args(OrderName):
            refused.append(f"order: must be one of {', '.join(get_args(OrderName))}")
            order = "-created"
        return cls(
            address=Address.of(request),
            own=own,
            filters=own.model_copy(update={name: [value] for name, value in fixed.items()}),
            fixed=frozenset(fixed),
            refused=refused,
            order=order,  # type: ignore[arg-type]
            grouped=query.get("group") == BY_WORKFLOW,
            columns=_columns(query),
            show=height(query),
            cursor=query.get("after", ""),
            as_csv=query.get("format") == "csv",
        )

    @property
    def taller(self) -> int:
        """The next height of the window, 0 for the tallest."""
        return next_height(self.show)


def _filters(query: QueryDict, fixed: Mapping[str, str]) -> tuple[Filters, list[str]]:
    given = {
        name: query.getlist(name)
        for name in Filters.model_fields
        if name in query and name not in fixed
    }
    try:
        return Filters.model_validate(given), []
    except ValidationError as error:
        found = plain_errors(error, given)
        return Filters(), [f"{place[0] if place else ''}: {message}" for place, message in found]


def _columns(query: QueryDict) -> tuple[str, ...]:
    """Names of tools, each once; what is no tool's name shows as an empty column."""
    named = dict.fromkeys(name for name in query.getlist("column") if name and is_storable(name))
    return tuple(named)[:MOST_COLUMNS]


def height(query: QueryDict) -> int:
    """How many rows a window is to hold, by `show`; what makes no sense is the least."""
    asked = query.get("show", "")
    steps = int(asked) // STEP if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return min(max(steps, 1) * STEP, MOST)


def next_height(show: int) -> int:
    """The next height of a window, 0 for the tallest."""
    return show + STEP if show < MOST else 0
