"""A "LinkHub" button at every task of Airflow 2 and 3, which opens the task in LinkHub.

Airflow finds the plugin by itself where this package is installed beside it (scheduler, web
server, workers). LINKHUB_URL says where LinkHub is; the project is LINKHUB_PROJECT, else what
OpenLineage's namespace makes of it, as everywhere in this package.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from linkhub_client import addresses, config, identity
from linkhub_client.problems import NotConfigured

try:
    from airflow.sdk import BaseOperatorLink  # 3
except ImportError:
    from airflow.models.baseoperatorlink import BaseOperatorLink  # 2


class LinkHubTaskLink(BaseOperatorLink):  # type: ignore[misc]
    name = "LinkHub"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 (Airflow's own)
        """The task's page; empty, and so no button, where LINKHUB_URL is not set."""
        try:
            base = config.from_environment().url
        except NotConfigured:
            return ""
        project = os.environ.get("LINKHUB_PROJECT") or identity.airflow_project(os.environ)
        domain = os.environ.get("LINKHUB_DOMAIN") or identity.DEFAULT_DOMAIN
        return base + addresses.page(project, domain, ti_key.run_id, ti_key.task_id)


class LinkHubPlugin(AirflowPlugin):  # type: ignore[misc]
    name = "linkhub"
    global_operator_extra_links = [LinkHubTaskLink()]
