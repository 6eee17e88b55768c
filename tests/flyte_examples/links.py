"""The link classes of Flyte's documentation."""

from dataclasses import dataclass

from flyte import Link


@dataclass
class GrafanaLink(Link):
    dashboard_url: str
    name: str = "Grafana"

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **kwargs: object,
    ) -> str:
        return f"{self.dashboard_url}?var-pod={pod_name}"


@dataclass
class Wandb(Link):
    project: str
    entity: str
    id: str | None = None
    name: str = "Weights & Biases"

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **kwargs: object,
    ) -> str:
        run_id = self.id or context.get("wandb_id", run_name)
        return f"https://wandb.ai/{self.entity}/{self.project}/runs/{run_id}"


@dataclass
class Handed(Link):
    """Not published: everything that Flyte hands to a link, in the order of its signature."""

    name: str = "Handed over"

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **kwargs: object,
    ) -> str:
        keys = "+".join(f"{key}={value}" for key, value in sorted(context.items()))
        return f"https://handed.example.com/{run_name}/{action_name}/{pod_name}/{keys}"


@dataclass
class Nothing(Link):
    """Not published: a class that has nothing to link to yet, as MLflow's at first."""

    name: str = "Nothing yet"

    def get_link(self, **kwargs: object) -> str:
        return ""
