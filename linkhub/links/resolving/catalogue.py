"""All definitions and tools at one change value, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.resolving.facts import CatalogueData
from linkhub.links.resolving.layers import RANK
from linkhub.links.resolving.recipes import Recipe, recipe_of_definition
from linkhub.links.resolving.subjects import Scope, View
from linkhub.links.resolving.tools import EffectiveTool, Tools

Offer: TypeAlias = Mapping[str, tuple[Recipe, ...]]
"""By level, the highest layer first."""

# Past these the kept answers are dropped and made again; a run's names are anybody's.
_MOST_PROJECTS = 1_024
_MOST_OFFERS = 1_024


@dataclass(slots=True)
class Catalogue:
    """`recipes` are all of them, disabled ones too. What a unit is offered depends on four names
    only, and is worked out once for them."""

    change: int
    policy: UrlPolicy
    tools: Tools
    recipes: tuple[Recipe, ...]
    by_project: dict[str, tuple[Recipe, ...]] = field(default_factory=dict)
    offers: dict[tuple[str, ...], Offer] = field(default_factory=dict)

    @classmethod
    def compile(cls, data: CatalogueData) -> Catalogue:
        tools = Tools.compile(data.tools)
        policy = replace(data.policy, tool_hosts=data.policy.tool_hosts | tools.hosts)
        recipes = sorted(map(recipe_of_definition, data.definitions), key=_order)
        return cls(data.change, policy, tools, tuple(recipes))

    def offered(self, scope: Scope) -> Offer:
        """The definitions whose names match; phase, labels and rules are for each subject."""
        names = scope.names
        key = tuple(names.values())
        offer = self.offers.get(key)
        if offer is None:
            if len(self.offers) >= _MOST_OFFERS:
                self.offers.clear()
            offer = self.offers[key] = self._offer(names)
        return offer

    def of_project(self, project: str) -> tuple[Recipe, ...]:
        """The instance's definitions and the project's own, whatever they select."""
        return tuple(each for each in self.recipes if each.project in (None, project))

    def tool_of(self, recipe: Recipe, view: View) -> EffectiveTool | None:
        """The tool it names, else the first of its provider's kind."""
        name = recipe.tool
        if not name:
            spec = self.tools.by_kind.get(recipe.tool_kind)
            if spec is None:
                return None
            name = spec.name
        elif name not in self.tools.by_name:
            return None
        return self.tools.effective(name, view.scope.names["domain"], view.cluster)

    def _offer(self, names: Mapping[str, str]) -> Offer:
        offer: dict[str, list[Recipe]] = {}
        for recipe in self._shortlist(names["project"]):
            if recipe.selector.takes_names(names):
                offer.setdefault(recipe.level, []).append(recipe)
        return {level: tuple(recipes) for level, recipes in offer.items()}

    def _shortlist(self, project: str) -> tuple[Recipe, ...]:
        shortlist = self.by_project.get(project)
        if shortlist is None:
            if len(self.by_project) >= _MOST_PROJECTS:
                self.by_project.clear()
            shortlist = self.by_project[project] = tuple(
                recipe
                for recipe in self.of_project(project)
                if recipe.enabled and recipe.selector.takes_project(project)
            )
        return shortlist


def _order(recipe: Recipe) -> tuple[int, int, str]:
    return RANK[recipe.layer], recipe.position, recipe.key
