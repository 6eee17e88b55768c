"""The runs that an edit is meant for, which a backfill goes to before it walks over all.

They are told by what the changed definitions select, as far as it can be told of a whole workflow:
not by its tasks. A guess, which decides the order alone: what is left out here (because the old
selectors had it, or a tool or a task's links changed) comes with all the others.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Max

from linkhub.links.models import Backfill, Level
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.recipes import Recipe
from linkhub.runs.models import Workflow

NAMES = ("project", "domain", "workflow")


class Near(NamedTuple):
    """The ids of workflows; of their runs the own level, the actions, or both."""

    workflows: list[int]
    runs: bool
    actions: bool


def near_of(catalogue: Catalogue) -> Near | None:
    """What definitions select that changed since the latest backfill that has ended.

    None where these select every workflow or none, or where everything may have changed: then no
    order is better than the newest first.
    """
    done = Backfill.objects.filter(status=Backfill.Status.DONE)
    since = done.aggregate(latest=Max("change"))["latest"] or 0
    changed = [
        recipe
        for recipe in catalogue.recipes
        if recipe.change > since and recipe.level != Level.PROJECT
    ]
    if not changed or catalogue.changes.wide > since:
        return None
    rows = Workflow.objects.values_list("pk", "project__name", "domain", "name")
    named = {pk: dict(zip(NAMES, names, strict=True)) for pk, *names in rows}
    found = [pk for pk, names in named.items() if any(_may_take(one, names) for one in changed)]
    if len(found) in {0, len(named)}:
        return None
    levels = {recipe.level for recipe in changed}
    return Near(found, Level.RUN in levels, bool(levels - {Level.RUN}))


def _may_take(recipe: Recipe, names: dict[str, str]) -> bool:
    if recipe.project not in (None, names["project"]):
        return False
    return all(
        each.matches(names[each.name]) for each in recipe.selector.names if each.name in names
    )
