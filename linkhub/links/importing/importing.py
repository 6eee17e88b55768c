"""Another system's configuration as definitions: read, shown, and applied like any other file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from linkhub.accounts.models import Project
from linkhub.links.as_code.applying import apply_file
from linkhub.links.as_code.exporting import as_yaml
from linkhub.links.as_code.file import read_file
from linkhub.links.as_code.plan import Options, Plan, Scope
from linkhub.links.edits import Edit
from linkhub.links.importing.argo import read_argo
from linkhub.links.importing.flyte import read_flyte
from linkhub.links.importing.found import Found, Source, read_source
from linkhub.links.importing.jaeger import read_jaeger
from linkhub.links.models import LinkDefinition


@dataclass(frozen=True)
class System:
    title: str
    what: str
    read: Callable[[Source], None]


SYSTEMS: Mapping[str, System] = {
    "flyte": System("Flyte", "plugins.logs with templates and dynamic-log-links", read_flyte),
    "argo": System("Argo Workflows", "links of the workflow controller's ConfigMap", read_argo),
    "jaeger": System("Jaeger", "linkPatterns of the UI's configuration", read_jaeger),
}


# Where runs may hold what Jaeger's spans hold as tags.
TAGS = ("context", "labels")


def find_links(
    system: str,
    text: bytes | str,
    *,
    project: Project | None = None,
    replace: bool = False,
    tags: str = TAGS[0],
) -> Found:
    """What the configuration says, as definitions of `project` or of the instance.

    A key that is taken is left out, unless `replace`. Of Jaeger, `tags` is the map in which runs
    hold what spans hold as tags. Raises BadFile where it cannot be read.
    """
    taken = LinkDefinition.objects.alive().filter(project=project).values_list("key", flat=True)
    name = project.name if project else None
    source = Source(read_source(text), name, set() if replace else set(taken), tags)
    SYSTEMS[system].read(source)
    return source.found


def import_links(found: Found, *, project: Project | None, label: str, edit: Edit) -> Plan:
    """Save what was found, all of it or nothing. Raises BadFile."""
    file = read_file(as_yaml(found.file(label=label)))
    return apply_file(file, scope=Scope(project), options=Options(), edit=edit)
