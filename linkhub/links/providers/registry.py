"""All providers by kind."""

import difflib

from linkhub.links.providers.base import Provider
from linkhub.links.providers.grafana_pod_logs import GrafanaPodLogs
from linkhub.links.providers.grafana_workflow_logs import GrafanaWorkflowLogs
from linkhub.links.providers.python_link import PythonLink
from linkhub.links.providers.wandb_run import WandbRun
from linkhub.links.providers.wandb_sweep import WandbSweep

_PROVIDERS: tuple[Provider, ...] = (
    GrafanaPodLogs(),
    GrafanaWorkflowLogs(),
    PythonLink(),
    WandbRun(),
    WandbSweep(),
)
_BY_KIND = {provider.kind: provider for provider in _PROVIDERS}


class UnknownProvider(LookupError):
    """No provider has this kind; `suggestion` is the nearest that there is, or none."""

    def __init__(self, kind: str) -> None:
        near = difflib.get_close_matches(kind, _BY_KIND, n=1)
        self.kind = kind
        self.suggestion = near[0] if near else None
        hint = f"; did you mean `{self.suggestion}`?" if near else f"; known: {', '.join(_BY_KIND)}"
        super().__init__(f"unknown provider `{kind[:60]}`{hint}")


def get(kind: str) -> Provider:
    try:
        return _BY_KIND[kind]
    except KeyError:
        raise UnknownProvider(kind) from None


def all() -> tuple[Provider, ...]:
    return _PROVIDERS
