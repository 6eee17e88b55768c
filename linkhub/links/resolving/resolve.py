"""Definitions and attached links, a unit's facts and now, to links. Pure.

The order in which a link gets its state: select, when, hidden, expired, waiting or missing,
failed, blocked, ready.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from linkhub.lib.url_policy import HostOrigin, check_url, host_of
from linkhub.links.language import LanguageError, MissingVariables, Part, Refused
from linkhub.links.resolving.candidates import Winner, winners
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import ResolvedLink, UnitFacts
from linkhub.links.resolving.lifecycle import Life
from linkhub.links.resolving.makers import Made, PythonLinks
from linkhub.links.resolving.recipes import Recipe
from linkhub.links.resolving.subjects import View
from linkhub.links.resolving.tools import EffectiveTool

UNDECIDED = ""
"""The state of a link that only a worker's child process can decide."""


class Outcome(NamedTuple):
    """What became of one winner."""

    state: str
    reason: str = ""
    missing: tuple[str, ...] = ()
    made: Made | None = None
    host_origin: str = ""
    expires_at: datetime | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pieces of the URL, for previews."""
        return self.made.parts if self.made else ()


def resolve_unit(
    unit: UnitFacts,
    catalogue: Catalogue,
    *,
    now: datetime,
    python: PythonLinks | None = None,
) -> list[ResolvedLink]:
    """One link for each key of each subject: the winning layer's, whatever its state.

    Without `python`, links of Python classes come out with the state `UNDECIDED`.
    """
    return [
        link_of(winner, outcome_of(winner, catalogue, now, python), catalogue)
        for winner in winners(unit, catalogue, now)
    ]


def outcome_of(
    winner: Winner, catalogue: Catalogue, now: datetime, python: PythonLinks | None = None
) -> Outcome:
    view, recipe, problem = winner
    state, reason, expires_at = recipe.lifecycle.verdict(view.life, now)
    if state:
        return Outcome(state, reason, expires_at=expires_at)
    outcome = _made(view, recipe, problem, catalogue, python)
    return outcome._replace(expires_at=expires_at) if expires_at else outcome


def _made(
    view: View, recipe: Recipe, problem: str, catalogue: Catalogue, python: PythonLinks | None
) -> Outcome:
    if problem or recipe.broken:
        return Outcome("failed", problem or recipe.broken)
    tool = catalogue.tool_of(recipe, view)
    if tool is None and recipe.tool:
        return Outcome("failed", f"There is no tool `{recipe.tool}`.")
    try:
        made = recipe.maker.make(view, tool, python)
    except LanguageError as error:
        return _outcome_of_error(error, view.life)
    if made is None:
        return Outcome(UNDECIDED)
    origin = _host_origin(recipe, made, tool)
    refusal = check_url(made.url, origin=origin, policy=catalogue.policy)
    if refusal is not None:
        return Outcome("blocked", f"{refusal.rule}: {refusal.message}", (), made, origin)
    return Outcome("ready", "", (), made, origin)


def _outcome_of_error(error: LanguageError, life: Life) -> Outcome:
    match error:
        case MissingVariables(names=()):
            return Outcome(_unfinished(life), "It came without an address.")
        case MissingVariables(names=names):
            listed = ", ".join(names)
            reason = f"{listed} never came." if life.terminal else f"Waiting for {listed}."
            return Outcome(_unfinished(life), reason, names)
        case Refused(rule=rule, detail=detail):
            return Outcome("blocked", f"{rule}: {detail}")
        case _:
            return Outcome("failed", str(error))


def _unfinished(life: Life) -> str:
    return "missing" if life.terminal else "waiting"


def _host_origin(recipe: Recipe, made: Made, tool: EffectiveTool | None) -> HostOrigin:
    """Whose hand wrote the host. A provider puts a tool's base URL in front by itself, which is
    an admin's even where the link is attached."""
    if made.host_from_variable:
        return HostOrigin.VARIABLE
    if recipe.origin is HostOrigin.ATTACHED and recipe.provider and tool:
        base_url = tool.facts.base_url
        if base_url and made.url.startswith(base_url) and host_of(made.url) == host_of(base_url):
            return HostOrigin.ADMIN
    return recipe.origin


def link_of(winner: Winner, outcome: Outcome, catalogue: Catalogue) -> ResolvedLink:
    view, recipe, _ = winner
    state, reason, missing, made, host_origin, expires_at = outcome
    return ResolvedLink(
        subject=view.subject,
        key=recipe.key,
        name=_name(winner, made, catalogue),
        level=recipe.level,
        state=state,
        layer=recipe.layer,
        url=made.url if made else "",
        host_origin=host_origin,
        reason=reason,
        missing=missing,
        notes=made.notes if made else (),
        description=recipe.description,
        definition_id=recipe.definition_id,
        tool=_tool(recipe, made, catalogue),
        provider=recipe.provider,
        group=recipe.group,
        position=recipe.position,
        icon=recipe.icon or (made.icon if made else "") or recipe.own_icon,
        link_type=recipe.link_type,
        message_format=recipe.message_format,
        new_tab=recipe.new_tab,
        depends_on_now=made is not None and made.depends_on_now,
        expires_at=expires_at,
    )


def _name(winner: Winner, made: Made | None, catalogue: Catalogue) -> str:
    """Its own, else what the provider calls the link or itself, else the key."""
    view, recipe, _ = winner
    name = recipe.name
    own = name.source
    if name.text is not None:
        own = name.fill(view.values(catalogue.tool_of(recipe, view)))
    return own or (made.name if made else "") or recipe.own_name or recipe.key


def _tool(recipe: Recipe, made: Made | None, catalogue: Catalogue) -> str:
    """The tool it names; an attached link's by its host, else by its provider's kind."""
    if recipe.tool:
        return recipe.tool
    if recipe.origin is HostOrigin.ATTACHED:
        url = made.url if made else recipe.written_url
        if url and (found := catalogue.tools.of_url(url)):
            return found
    spec = catalogue.tools.by_kind.get(recipe.tool_kind)
    return spec.name if spec else ""
