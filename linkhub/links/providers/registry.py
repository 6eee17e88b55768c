"""All providers by kind."""

import difflib

from linkhub.links.providers.base import Provider
from linkhub.links.providers.grafana_agent import GrafanaAgent
from linkhub.links.providers.grafana_dashboard import GrafanaDashboard
from linkhub.links.providers.grafana_logs_and_traces import GrafanaLogsAndTraces
from linkhub.links.providers.grafana_logs_drilldown import GrafanaLogsDrilldown
from linkhub.links.providers.grafana_metrics import GrafanaMetrics
from linkhub.links.providers.grafana_pod_logs import GrafanaPodLogs
from linkhub.links.providers.grafana_traces import GrafanaTraces
from linkhub.links.providers.grafana_workflow_logs import GrafanaWorkflowLogs
from linkhub.links.providers.mlflow_task import MlflowTask
from linkhub.links.providers.preset import Preset
from linkhub.links.providers.preset_files import read_all
from linkhub.links.providers.python_link import PythonLink
from linkhub.links.providers.trackio import Trackio
from linkhub.links.providers.wandb_group import WandbGroup
from linkhub.links.providers.wandb_init import WandbInit
from linkhub.links.providers.wandb_project import WandbProject
from linkhub.links.providers.wandb_run import WandbRun
from linkhub.links.providers.wandb_sweep import WandbSweep

_MODULES: tuple[Provider, ...] = (
    GrafanaAgent(),
    GrafanaDashboard(),
    GrafanaLogsAndTraces(),
    GrafanaLogsDrilldown(),
    GrafanaMetrics(),
    GrafanaPodLogs(),
    GrafanaTraces(),
    GrafanaWorkflowLogs(),
    MlflowTask(),
    PythonLink(),
    Trackio(),
    WandbGroup(),
    WandbInit(),
    WandbProject(),
    WandbRun(),
    WandbSweep(),
)
_PROVIDERS = tuple(
    sorted((*_MODULES, *map(Preset, read_all())), key=lambda provider: provider.kind)
)
_BY_KIND = {provider.kind: provider for provider in _PROVIDERS}


class UnknownProvider(LookupError):
    """No provider has this kind; `suggestion` is the nearest that there is, or none."""

    def __init__(self, kind: str) -> None:
        near = difflib.get_close_matches(kind, _BY_KIND, n=1)
        self.kind = kind
        self.suggestion = near[0] if near else None
        hint = f"; did you mean `{self.suggestion}`?" if near else "; docs/tools.md lists all"
        super().__init__(f"unknown provider `{kind[:60]}`{hint}")


def get(kind: str) -> Provider:
    try:
        return _BY_KIND[kind]
    except KeyError:
        raise UnknownProvider(kind) from None


def all() -> tuple[Provider, ...]:
    return _PROVIDERS
