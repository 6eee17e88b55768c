"""Six links for every task instance, as cheap as a link can be made."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink


def link(number: int) -> BaseOperatorLink:
    class Link(BaseOperatorLink):
        name = f"tool-{number}"

        def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
            return f"https://tool-{number}.example.com/{ti_key.run_id}/{ti_key.task_id}"

    return Link()


class SixLinks(AirflowPlugin):
    name = "six_links"
    global_operator_extra_links = [link(number) for number in range(6)]
