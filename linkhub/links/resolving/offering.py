"""Which definitions a unit is offered, found without asking each of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from linkhub.links.resolving.recipes import Recipe

Offer: TypeAlias = Mapping[str, tuple[Recipe, ...]]
"""By level, the highest layer first."""


class Shortlist:
    """What may be for one project, by the tasks and workflows that it lists."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        self._recipes = recipes
        self._anywhere: list[int] = []
        self._listed: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, recipe in enumerate(recipes):
            places = _places(recipe)
            if places is None:
                self._anywhere.append(index)
            else:
                for place in places:
                    self._listed[place].append(index)

    def offer(self, names: Mapping[str, str]) -> Offer:
        """Those whose four names match."""
        indexes = [*self._anywhere]
        for name in ("task", "workflow"):
            indexes += self._listed.get((name, names[name]), ())
        offer: dict[str, list[Recipe]] = {}
        for recipe in map(self._recipes.__getitem__, sorted(indexes)):
            if recipe.selector.takes_names(names):
                offer.setdefault(recipe.level, []).append(recipe)
        return {level: tuple(recipes) for level, recipes in offer.items()}


class Offers:
    """Offers and shortlists that were worked out; all are dropped when they are too many, since
    the names of runs are anybody's."""

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._weight = 0
        self._offers: dict[tuple[str, ...], Offer] = {}
        self._shortlists: dict[str, Shortlist] = {}

    def of(self, names: Mapping[str, str], recipes: Sequence[Recipe]) -> Offer:
        """`recipes` are all there are, the highest layer first; `names` has the project first."""
        key = tuple(names.values())
        offer = self._offers.get(key)
        if offer is None:
            offer = self._shortlist(names["project"], recipes).offer(names)
            self._keep(sum(map(len, offer.values())))
            self._offers[key] = offer
        return offer

    def _shortlist(self, project: str, recipes: Sequence[Recipe]) -> Shortlist:
        shortlist = self._shortlists.get(project)
        if shortlist is None:
            found = [recipe for recipe in recipes if _may_be_for(recipe, project)]
            self._keep(len(found))
            shortlist = self._shortlists[project] = Shortlist(found)
        return shortlist

    def _keep(self, weight: int) -> None:
        # What is kept weighs something even where nothing is offered.
        self._weight += weight + 10
        if self._weight > self._most:
            self._offers, self._shortlists, self._weight = {}, {}, weight + 10


def _may_be_for(recipe: Recipe, project: str) -> bool:
    owned = recipe.project in (None, project)
    return recipe.enabled and owned and recipe.selector.takes_project(project)


def _places(recipe: Recipe) -> list[tuple[str, str]] | None:
    """The tasks, else the workflows that it lists; none where they cannot be listed."""
    for name in ("task", "workflow"):
        literals = recipe.selector.literals(name)
        if literals is not None:
            return [(name, text) for text in literals]
    return None
