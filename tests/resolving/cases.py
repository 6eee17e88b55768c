"""Facts and definitions with fixed values, one call each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import (
    ActionFacts,
    AttachedFacts,
    AttemptFacts,
    CatalogueData,
    DefinitionSpec,
    PodFacts,
    ResolvedLink,
    RunFacts,
    ToolSpec,
    UnitFacts,
)
from linkhub.links.resolving.resolve import resolve_unit

START = datetime(2026, 1, 5, 10, 0, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)
NOW = START + timedelta(hours=2)
URL = "https://x.test/{{ .runName }}"


def a_run(**given: Any) -> RunFacts:
    facts: dict[str, Any] = {
        "project": "flytesnacks",
        "domain": "development",
        "name": "r7",
        "workflow": "train_pipeline",
        "version": "v3",
        "engine": "flyte2",
        "phase": "running",
        "namespace": "ml-dev",
        "created_at": START,
        "started_at": START,
    }
    return RunFacts(1, **(facts | given))


def an_action(**given: Any) -> ActionFacts:
    facts = {"name": "x1", "parent": "a0", "task": "train_model", "phase": "running"}
    return ActionFacts(2, **(facts | given))


def an_attempt(number: int = 1, *pods: PodFacts, **given: Any) -> AttemptFacts:
    return AttemptFacts(10 + number, number, **({"phase": "running", "pods": pods} | given))


def a_pod(name: str = "r7-x1-0", **given: Any) -> PodFacts:
    return PodFacts(20, name, **given)


def a_unit(action: ActionFacts | None = None, **run: Any) -> UnitFacts:
    """An action's unit."""
    return UnitFacts("flytesnacks", a_run(**run), action or an_action())


def a_run_unit(root: ActionFacts | None = None, **run: Any) -> UnitFacts:
    return UnitFacts("flytesnacks", a_run(**run), None, root)


PROJECT_UNIT = UnitFacts("flytesnacks")


def a_definition(key: str = "k", **given: Any) -> DefinitionSpec:
    facts: dict[str, Any] = {"name": "Link", "level": "action"}
    if "provider" not in given:
        facts["template"] = URL
    return DefinitionSpec(30, key, **(facts | given))


def attached(key: str = "k", origin: str = "override", **given: Any) -> AttachedFacts:
    """What is not a field of the facts themselves goes into the body."""
    own = {name: given.pop(name) for name in ("attempt", "pod", "position") if name in given}
    body = {"name": "Attached"} | given
    if not {"url", "provider"} & body.keys():
        body["url"] = f"https://{origin}.test/"
    return AttachedFacts(key, origin, body, **own)


def a_tool(name: str = "grafana", kind: str = "", base_url: str = "", **given: Any) -> ToolSpec:
    return ToolSpec(40, name, kind or name, base_url or f"https://{name}.test", **given)


def a_catalogue(
    *definitions: DefinitionSpec, tools: tuple[ToolSpec, ...] = (), **policy: Any
) -> Catalogue:
    return Catalogue.compile(CatalogueData(1, definitions, tools, UrlPolicy(**policy)))


def resolve(
    unit: UnitFacts, *definitions: DefinitionSpec, now: datetime = NOW, **more: Any
) -> list[ResolvedLink]:
    return resolve_unit(unit, a_catalogue(*definitions, **more), now=now)


def one(unit: UnitFacts, *definitions: DefinitionSpec, **more: Any) -> ResolvedLink:
    """The only link there is."""
    (link,) = resolve(unit, *definitions, **more)
    return link


def fill(template: str, unit: UnitFacts, level: str = "action", **more: Any) -> str:
    """What the template's expression gives for the only subject of that level."""
    source = f"https://x.test/?v={{{{ {template} }}}}"
    link = one(unit, a_definition(level=level, template=source), **more)
    return link.url.removeprefix("https://x.test/?v=") if link.state == "ready" else link.state


def by_subject(links: list[ResolvedLink]) -> Mapping[tuple[str, int | None, str | None], str]:
    return {(each.level, each.subject.attempt, each.subject.pod): each.url for each in links}
