"""`LinkHubLink`: from Flyte 2's UI to the page of the same run in LinkHub.

    @env.task(links=(LinkHubLink("https://linkhub.example.com"),))

The address is derived from names alone: nothing is asked of LinkHub, and neither LinkHub nor Flyte
is imported. It works wherever a task is serialised or runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from linkhub_client.addresses import segment


@dataclass(frozen=True)
class LinkHubLink:
    """A link for Flyte 2's `links=`.

    `address` is LinkHub's, else the variable LINKHUB_URL where the task is serialised; without
    either, and without a project, there is no link. `page` is "run" or "action". Give `project`
    and `domain` where LinkHub has the runs under other names than Flyte.

    What Flyte does not know yet comes as `{{.runName}}` and the like, which its back end replaces
    by the text: such a placeholder stays as it is.
    """

    address: str = ""
    name: str = "LinkHub"
    page: str = "run"
    project: str = ""
    domain: str = ""
    icon_uri: str = ""

    def __post_init__(self) -> None:
        if self.page not in ("run", "action"):
            raise ValueError('page is "run" or "action"')

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **_: Any,
    ) -> str:
        """The address of the run's or action's page; empty where it cannot be known."""
        base = (self.address or os.environ.get("LINKHUB_URL", "")).strip().rstrip("/")
        names = [self.project or project, self.domain or domain, run_name]
        if not base or not all(names):
            return ""
        path = "/projects/{}/{}/runs/{}/".format(*map(_segment, names))
        if self.page == "action" and action_name:
            path += f"actions/{_segment(action_name)}/"
        return base + path


def _segment(name: str) -> str:
    return name if name.startswith("{{") else segment(name)
