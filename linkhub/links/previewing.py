"""What a definition that is not saved would give, for something recorded or only described."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from linkhub.accounts.models import Project
from linkhub.links.checks import check_definition, check_tool
from linkhub.links.documents import (
    DefinitionDocument,
    ToolDocument,
    definition_columns,
    tool_columns,
)
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import Tool
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.explain import Explanation, explain_unit
from linkhub.links.resolving.facts import DefinitionSpec, ToolSpec, UnitFacts
from linkhub.links.resolving.layers import RANK
from linkhub.links.resolving.offering import Offers
from linkhub.links.resolving.recipes import Recipe, recipe_of_definition
from linkhub.links.resolving.tools import Tools
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit
from linkhub.runs.record import record_run

# The key of a definition that has none yet.
NO_KEY = "preview"
# Of a run, so many actions are looked at unless one is named.
MOST_ACTIONS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """A definition as if it were saved now: all candidates of its key `before` that and `after`.

    `replaced` is what is stored under its key and owner already.
    """

    own: Recipe
    replaced: Recipe | None
    before: Catalogue
    after: Catalogue

    @property
    def key(self) -> str:
        return self.own.key

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """As it is stored, and as it would be."""
        return (self.own, self.replaced) if self.replaced else (self.own,)


def trial_of(definition: DefinitionDocument, *, new_tool: ToolDocument | None = None) -> Trial:
    """`new_tool` is to be saved with it. Raises Invalid where the two could not be."""
    tool = Tool.objects.filter(name=definition.tool).first() if definition.tool else None
    catalogue = load_catalogue()
    if new_tool is not None and tool is None and definition.tool == new_tool.name:
        check_tool(new_tool, stored=None)
        tool = Tool(name=new_tool.name or "", **tool_columns(new_tool))
        catalogue = _with_tool(catalogue, tool)
    check_definition(definition, tool=tool)
    own = recipe_of_definition(_spec(definition))
    before = [each for each in catalogue.recipes if each.key == own.key]
    others = [each for each in before if each.project != own.project]
    replaced = next((each for each in before if each.project == own.project), None)
    after = sorted([own, *others], key=lambda each: RANK[each.layer])
    return Trial(own, replaced, _with(catalogue, before), _with(catalogue, after))


def preview(
    definition: DefinitionDocument, units: Sequence[UnitFacts], *, now: datetime
) -> list[tuple[UnitFacts, list[Explanation]]]:
    """For each unit every candidate of the definition's key, as if it were saved now.

    Raises Invalid where it could not be saved. Links of Python classes stay undecided.
    """
    trial = trial_of(definition)
    return [(unit, explain_unit(unit, trial.after, now=now, key=trial.key)) for unit in units]


def recorded_units(
    level: str, project: Project, run: Run | None, action: Action | None
) -> list[UnitFacts]:
    """What a definition of this level makes links for; nothing where that needs a run."""
    if level == "project":
        units = [Unit(project.pk)]
    elif run is None:
        units = []
    elif level == "run":
        units = [Unit(project.pk, run.pk)]
    elif action is not None:
        units = [Unit(project.pk, run.pk, action.pk)]
    else:
        ids = Action.objects.filter(run=run).order_by("name").values_list("pk", flat=True)
        units = [Unit(project.pk, run.pk, pk) for pk in ids[:MOST_ACTIONS]]
    return list(load_units(units).values())


def described_units(
    level: str, project: str, domain: str, run: str, document: RunDocument
) -> list[UnitFacts]:
    """The units of a run as it would be recorded, in a project of its own, of which nothing
    stays."""
    with _nothing_stays():
        owner = Project.objects.create(name=f"preview {secrets.token_hex(16)}")
        row, _ = record_run(project=owner, domain=domain, name=run, document=document)
        units = recorded_units(level, owner, row, None)
    return [_moved(unit, project) for unit in units]


@contextmanager
def _nothing_stays() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _moved(unit: UnitFacts, project: str) -> UnitFacts:
    run = None if unit.run is None else replace(unit.run, project=project)
    return replace(unit, project=project, run=run)


def _spec(document: DefinitionDocument) -> DefinitionSpec:
    key = document.key or NO_KEY
    columns = definition_columns(document, key)
    return DefinitionSpec(
        id=None, key=key, project=document.project, tool=document.tool or "", **columns
    )


def _with_tool(catalogue: Catalogue, tool: Tool) -> Catalogue:
    spec = ToolSpec(None, tool.name, tool.kind, tool.base_url, tool.settings, tuple(tool.overrides))
    tools = Tools.compile([*catalogue.tools.by_name.values(), spec])
    policy = replace(catalogue.policy, tool_hosts=catalogue.policy.tool_hosts | tools.hosts)
    return replace(catalogue, tools=tools, policy=policy)


def _with(catalogue: Catalogue, recipes: Sequence[Recipe]) -> Catalogue:
    return replace(catalogue, recipes=tuple(recipes), offers=Offers())
