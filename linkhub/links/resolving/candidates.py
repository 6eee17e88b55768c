"""Who competes for each subject of a unit, and who wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from linkhub.links.resolving.catalogue import Catalogue, Offer
from linkhub.links.resolving.facts import AttachedFacts, UnitFacts
from linkhub.links.resolving.layers import level_of, order_of
from linkhub.links.resolving.recipes import Recipe, recipe_of_attached
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
    attached = attached_recipes(unit)
    levels = frozenset([*offer, *(recipe.level for recipe in attached)])
    for view in views(scope, levels):
        yield from _winners_of(view, candidates_of(view, attached, offer), catalogue)


def candidates_of(view: View, attached: Iterable[Recipe], offer: Offer) -> Iterator[Recipe]:
    """The highest layer first; attached links are always above definitions."""
    for recipe in attached:
        if is_for(recipe, view):
            yield recipe
    yield from offer.get(view.subject.level, ())


def is_for(recipe: Recipe, view: View) -> bool:
    """Whether the subject is one that a recipe of its level may be for."""
    subject = view.subject
    return (
        recipe.level == subject.level
        and recipe.attempt in (0, subject.attempt)
        and recipe.pod in ("", subject.pod)
    )


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
    """Whether phase, labels and rules hold. Raises RuleError."""
    selector = recipe.selector
    if (selector.phase or selector.labels) and not selector.takes_subject(
        view.life.phase, view.labels
    ):
        return False
    rules = recipe.rules
    return not rules or not rules.why_not(view.values(catalogue.tool_of(recipe, view)))


def attached_recipes(unit: UnitFacts) -> list[Recipe]:
    """Attached links that are for subjects of this unit, the winner first.

    What is attached to a run and asks for a deeper level is for all of the run's actions.
    """
    return [recipe_of_attached(attached, level) for attached, level in _attached(unit)]


def _attached(unit: UnitFacts) -> list[tuple[AttachedFacts, str]]:
    if unit.run is None:
        return []
    if unit.action is None:
        return [
            (each, "run")
            for each in sorted(unit.run.attached, key=lambda each: order_of(each, own=True))
            if level_of(each, "run") == "run"
        ]
    found = [(each, level_of(each, "action"), True) for each in unit.action.attached]
    for each in unit.run.attached:
        if (level := level_of(each, "run")) != "run":
            found.append((each, level, False))
    found.sort(key=lambda each: order_of(each[0], own=each[2]))
    return [(each, level) for each, level, _ in found]
