"""Why each link is there or is not: every candidate of every subject, with what decided it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from linkhub.links.language import Part
from linkhub.links.resolving.attached import AttachedRecipes, is_for_run
from linkhub.links.resolving.candidates import Winner
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import ResolvedLink, Subject, UnitFacts
from linkhub.links.resolving.layers import level_of
from linkhub.links.resolving.makers import PythonLinks
from linkhub.links.resolving.origins import UsedVariable, used_variable
from linkhub.links.resolving.recipes import Recipe, recipe_of_attached
from linkhub.links.resolving.resolve import Outcome, link_of, outcome_of
from linkhub.links.resolving.subjects import Scope, View, views
from linkhub.links.resolving.when import RuleError

_EVERY_LEVEL = frozenset({"attempt", "pod"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One candidate for one subject.

    `takes_part`: enabled, selected, and its rules hold (or cannot be decided). `wins`: of those
    that take part it is the highest, and `link` is what came out. `why` says in a sentence why it
    does not take part or does not win, else it is empty. `winner` is the layer that won its key.
    `parts` are the pieces of the link's URL, each with the variable that it came from.
    """

    subject: Subject
    key: str
    layer: str
    level: str
    name: str
    takes_part: bool
    wins: bool
    why: str
    winner: str = ""
    definition_id: int | None = None
    provider: str = ""
    tool: str = ""
    variables: tuple[UsedVariable, ...] = ()
    link: ResolvedLink | None = None
    parts: tuple[Part, ...] = ()


def explain_unit(
    unit: UnitFacts,
    catalogue: Catalogue,
    *,
    now: datetime,
    key: str | None = None,
    python: PythonLinks | None = None,
    wanted: Callable[[Subject], bool] = lambda _: True,
) -> list[Explanation]:
    """For every wanted subject its candidates, the highest layer first; of `key`, if given.

    Of each key and subject that has a link in `resolve_unit`, exactly one explanation wins, with
    that very link. A level that has no subject yet is explained by a subject without a name.
    """
    return list(_Explaining(unit, catalogue, now, key, python).explanations(wanted))


class _Explaining:
    def __init__(
        self,
        unit: UnitFacts,
        catalogue: Catalogue,
        now: datetime,
        key: str | None,
        python: PythonLinks | None,
    ) -> None:
        self.unit = unit
        self.catalogue = catalogue
        self.now = now
        self.key = key
        self.python = python
        self.scope = Scope(unit, now)
        self.attached = AttachedRecipes(unit)
        self.definitions = catalogue.of_project(unit.project)

    def explanations(self, wanted: Callable[[Subject], bool]) -> Iterator[Explanation]:
        seen: set[int] = set()
        widest: View | None = None
        for view in views(self.scope, _EVERY_LEVEL):
            widest = widest or view
            level = view.subject.level
            recipes = [*self.attached.of(view.subject)]
            recipes += [recipe for recipe in self.definitions if recipe.level == level]
            seen.update(map(id, recipes))
            if not wanted(view.subject):
                continue
            yield from self._of_subject(view, self._wanted(recipes))
        assert widest is not None
        yield from self._without_subject(widest, seen)

    def _wanted(self, recipes: Iterable[Recipe]) -> list[Recipe]:
        return [recipe for recipe in recipes if self.key in (None, recipe.key)]

    def _of_subject(self, view: View, recipes: list[Recipe]) -> Iterator[Explanation]:
        judged = [(recipe, *self._judge(recipe, view)) for recipe in recipes]
        winning: dict[str, Recipe] = {}
        for recipe, why_not, _ in judged:
            if not why_not:
                winning.setdefault(recipe.key, recipe)
        for recipe, why_not, problem in judged:
            winner = winning.get(recipe.key)
            if recipe is winner:
                yield self._won(Winner(view, recipe, problem))
            else:
                yield self._lost(view, recipe, why_not, winner)

    def _judge(self, recipe: Recipe, view: View) -> tuple[str, str]:
        """Why it does not take part, and why its rules cannot be decided; both empty: it does."""
        if not recipe.enabled:
            return "It is disabled.", ""
        selector = recipe.selector
        if not_selected := selector.why_not(self.scope.names, view.life.phase, view.labels):
            return f"Not selected: {not_selected}.", ""
        try:
            rule = recipe.rules.why_not(view.values(self.catalogue.tool_of(recipe, view)))
        except RuleError as error:
            return "", str(error)
        return (f"Its rules do not hold: {rule}." if rule else ""), ""

    def _won(self, winner: Winner) -> Explanation:
        outcome = outcome_of(winner, self.catalogue, self.now, self.python)
        link = link_of(winner, outcome, self.catalogue)
        recipe = winner.recipe
        return Explanation(
            link.subject,
            recipe.key,
            recipe.layer,
            recipe.level,
            link.name,
            takes_part=True,
            wins=True,
            why="",
            winner=recipe.layer,
            definition_id=recipe.definition_id,
            provider=recipe.provider,
            tool=link.tool,
            variables=self._variables(recipe, winner.view, outcome),
            link=link,
            parts=outcome.parts,
        )

    def _lost(self, view: View, recipe: Recipe, why_not: str, winner: Recipe | None) -> Explanation:
        tool = self.catalogue.tool_of(recipe, view)
        return Explanation(
            view.subject,
            recipe.key,
            recipe.layer,
            recipe.level,
            recipe.name.fill(view.values(tool)) or recipe.own_name or recipe.key,
            takes_part=not why_not,
            wins=False,
            why=why_not or _beaten(recipe, winner),
            winner=winner.layer if winner else "",
            definition_id=recipe.definition_id,
            provider=recipe.provider,
            tool=tool.spec.name if tool else "",
            variables=self._variables(recipe, view, None),
        )

    def _variables(
        self, recipe: Recipe, view: View, outcome: Outcome | None
    ) -> tuple[UsedVariable, ...]:
        """What its rules, template, parameters and name read, and what a provider used."""
        names = [*recipe.rules.variables, *recipe.maker.variables, *recipe.name.variables]
        if outcome is not None:
            names += outcome.missing
            names += [part.variable for part in outcome.parts if part.variable]
        tool = self.catalogue.tool_of(recipe, view)
        used = (used_variable(name, view, tool) for name in dict.fromkeys(names))
        return tuple({each.name: each for each in used if each is not None}.values())

    def _without_subject(self, view: View, seen: set[int]) -> Iterator[Explanation]:
        """Attached links and definitions whose subject is not recorded, or is another unit's."""
        for recipe in self._wanted(self.attached.recipes):
            if id(recipe) not in seen:
                yield self._nowhere(view, recipe, _not_recorded(recipe))
        if self.scope.level == "action":
            for recipe in self._wanted(self.definitions):
                if recipe.level in _EVERY_LEVEL and id(recipe) not in seen:
                    yield self._nowhere(view, recipe, f"No {recipe.level} is recorded yet.")
        elif self.unit.run is not None:
            deeper = [each for each in self.unit.run.attached if not is_for_run(each)]
            for attached in deeper:
                recipe = recipe_of_attached(attached, level_of(attached, "run"))
                if self.key in (None, recipe.key):
                    yield self._nowhere(view, recipe, "It is for the run's actions.")

    def _nowhere(self, view: View, recipe: Recipe, why: str) -> Explanation:
        if not recipe.enabled or not recipe.selector.takes_names(self.scope.names):
            why, _ = self._judge(recipe, view)
        found = self._lost(view, recipe, why, None)
        subject = Subject(recipe.level, recipe.attempt or None, None, recipe.pod or None)
        return replace(found, subject=subject)


def _beaten(recipe: Recipe, winner: Recipe | None) -> str:
    if winner is None:
        return ""
    if winner.layer == recipe.layer:
        return "Another link of the same layer wins this key."
    return f"The {winner.layer} layer wins this key."


def _not_recorded(recipe: Recipe) -> str:
    if recipe.pod:
        where = f" of attempt {recipe.attempt}" if recipe.attempt else ""
        return f"No pod {recipe.pod}{where} is recorded."
    if recipe.attempt:
        return f"Attempt {recipe.attempt} is not recorded, or has no pod yet."
    return f"No {recipe.level} is recorded yet."
