"""The attached links of a unit, compiled, and found by the subject they are for."""

from __future__ import annotations

from linkhub.links.resolving.facts import AttachedFacts, Subject, UnitFacts
from linkhub.links.resolving.layers import level_of, order_of
from linkhub.links.resolving.recipes import Recipe, recipe_of_attached


class AttachedRecipes:
    """`recipes` go from the highest layer to the lowest.

    What is attached to a run and asks for a deeper level is for all of the run's actions: it is
    among the recipes of each of them, and not of the run's own.
    """

    def __init__(self, unit: UnitFacts) -> None:
        self.recipes = [recipe_of_attached(attached, level) for attached, level in _found(unit)]
        self.levels = frozenset(recipe.level for recipe in self.recipes)
        self._places: dict[tuple[str, int, str], list[int]] = {}
        for index, recipe in enumerate(self.recipes):
            self._places.setdefault((recipe.level, recipe.attempt, recipe.pod), []).append(index)

    def of(self, subject: Subject) -> list[Recipe]:
        """Those for the subject itself, and those for all of its level, in their order."""
        if subject.level not in self.levels:
            return []
        attempts = {0, subject.attempt or 0}
        pods = {"", subject.pod or ""}
        places = [(subject.level, attempt, pod) for attempt in attempts for pod in pods]
        indexes = [index for place in places for index in self._places.get(place, ())]
        return [self.recipes[index] for index in sorted(indexes)]


def is_for_run(attached: AttachedFacts) -> bool:
    """Whether what is attached to a run is for the run itself."""
    return level_of(attached, "run") == "run"


def _found(unit: UnitFacts) -> list[tuple[AttachedFacts, str]]:
    """With the level of each, the winner first."""
    if unit.run is None:
        return []
    if unit.action is None:
        found = [(each, "run", True) for each in unit.run.attached if is_for_run(each)]
    else:
        found = [(each, level_of(each, "action"), True) for each in unit.action.attached]
        found += [
            (each, level_of(each, "run"), False)
            for each in unit.run.attached
            if not is_for_run(each)
        ]
    found.sort(key=lambda each: order_of(each[0], own=each[2]))
    return [(attached, level) for attached, level, _ in found]
