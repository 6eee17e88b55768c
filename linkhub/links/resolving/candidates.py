"""Who competes for each subject of a unit, and who wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from linkhub.links.resolving.attached import AttachedRecipes
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import UnitFacts
from linkhub.links.resolving.recipes import Recipe
from linkhub.links.resolving.subjects import Scope, View, views
from linkhub.links.resolving.when import RuleError


class Winner(NamedTuple):
    """`problem` says why its rules could not be decided."""

    view: View
    recipe: Recipe
    problem: str = ""


def winners(unit: UnitFacts, catalogue: Catalogue, now: datetime) -> Iterator[Winner]:
    """One for each key of each subject."""
    scope = Scope(unit, now)
    offer = catalogue.offered(scope)
    attached = AttachedRecipes(unit)
    for view in views(scope, attached.levels.union(offer)):
        # Attached links are always above definitions.
        candidates = (*attached.of(view.subject), *offer.get(view.subject.level, ()))
        yield from _winners_of(view, candidates, catalogue)


def _winners_of(view: View, candidates: Iterable[Recipe], catalogue: Catalogue) -> Iterator[Winner]:
    taken: set[str] = set()
    for recipe in candidates:
        if recipe.key in taken:
            continue
        problem = ""
        try:
            if not takes_part(recipe, view, catalogue):
                continue
        except RuleError as error:
            problem = str(error)
        taken.add(recipe.key)
        yield Winner(view, recipe, problem)


def takes_part(recipe: Recipe, view: View, catalogue: Catalogue) -> bool:
    """Whether phase, labels and rules hold; the names hold already. Raises RuleError."""
    selector = recipe.selector
    if (selector.phase or selector.labels) and not selector.takes_subject(
        view.life.phase, view.labels
    ):
        return False
    rules = recipe.rules
    return not rules or not rules.why_not(view.values(catalogue.tool_of(recipe, view)))
