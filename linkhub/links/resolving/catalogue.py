"""All definitions and tools at one change value, compiled once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.resolving.changes import Changes, Since
from linkhub.links.resolving.facts import CatalogueData
from linkhub.links.resolving.layers import RANK
from linkhub.links.resolving.offering import Offer, Offers
from linkhub.links.resolving.recipes import Recipe, recipe_of_definition
from linkhub.links.resolving.subjects import Scope, View
from linkhub.links.resolving.tools import EffectiveTool, Tools


@dataclass(slots=True)
class Catalogue:
    """`recipes` are all of them, disabled ones too. What a unit is offered depends on four names
    only, and is worked out once for them. `backlinks` are the ids of the definitions whose links
    are to be written back to the tool."""

    change: int
    policy: UrlPolicy
    tools: Tools
    recipes: tuple[Recipe, ...]
    changes: Changes
    backlinks: frozenset[int] = frozenset()
    offers: Offers = field(default_factory=Offers)

    @classmethod
    def compile(cls, data: CatalogueData) -> Catalogue:
        tools = Tools.compile(data.tools)
        policy = replace(data.policy, tool_hosts=data.policy.tool_hosts | tools.hosts)
        recipes = sorted(map(recipe_of_definition, data.definitions), key=_order)
        backlinks = frozenset(each.id for each in data.definitions if each.backlink and each.id)
        return cls(data.change, policy, tools, tuple(recipes), Changes.of_data(data), backlinks)

    def offered(self, scope: Scope) -> Offer:
        """The definitions whose names match; phase, labels and rules are for each subject."""
        return self.offers.of(scope.names, self.recipes)

    def reaches(self, since: Since) -> bool:
        """Whether what changed may have made the unit's stored links out of date.

        By key: one that is stored for it, in any layer, as the old selectors had it; or one that
        a changed definition now offers it by its new ones.
        """
        if since.change < self.changes.wide:
            return True
        project = since.names["project"]
        if any(self.changes.of(project, key) > since.change for key in since.keys):
            return True
        offer = self.offers.of(since.names, self.recipes)
        return any(
            recipe.change > since.change
            for level in since.levels
            for recipe in offer.get(level, ())
        )

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


def _order(recipe: Recipe) -> tuple[int, int, str]:
    return RANK[recipe.layer], recipe.position, recipe.key
