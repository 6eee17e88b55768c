"""Which execution this process belongs to, from what its orchestrator put in the environment.

| | how it is known | run | action | attempt |
|---|---|---|---|---|
| Flyte 2 | `flyte.ctx()`, else RUN_NAME and ACTION_NAME | run | action | FLYTE_ATTEMPT_NUMBER + 1 |
| Flyte 1 | FLYTE_INTERNAL_EXECUTION_ID | execution | node, from the pod's name | the same |
| Airflow | AIRFLOW_CTX_DAG_ID, AIRFLOW_CTX_DAG_RUN_ID | DAG run | task | AIRFLOW_CTX_TRY_NUMBER |
| Argo | ARGO_NODE_ID | workflow | node | - |
| Kubernetes | KUBERNETES_SERVICE_HOST | JOB_NAME, else the pod | - | - |

LINKHUB_PROJECT, LINKHUB_DOMAIN, LINKHUB_RUN, LINKHUB_ACTION and LINKHUB_ATTEMPT go before all of
it, each for itself.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
DEFAULT_DOMAIN = "default"


class Identity(NamedTuple):
    """What is known; empty or None is what is not. `attempt` counts from 1.

    `on_cluster`: an orchestrator runs this, it is not somebody trying it out.
    """

    project: str = ""
    domain: str = ""
    run: str = ""
    action: str | None = None
    attempt: int | None = None
    pod: str = ""
    namespace: str = ""
    engine: str = ""
    workflow: str = ""
    on_cluster: bool = False

    @property
    def known(self) -> bool:
        return bool(self.project and self.domain and self.run)


def current(environment: Mapping[str, str] = os.environ) -> Identity:
    found = Identity()
    for detect in DETECTORS:
        detected = detect(environment)
        if detected is not None:
            found = detected
            break
    return _overridden(found, environment)


def _overridden(found: Identity, environment: Mapping[str, str]) -> Identity:
    """What LINKHUB_… says goes first; another run has nothing of the action that was found."""
    run = environment.get("LINKHUB_RUN") or found.run
    if run != found.run:
        found = found._replace(action=None, attempt=None)
    return found._replace(
        project=environment.get("LINKHUB_PROJECT") or found.project,
        domain=environment.get("LINKHUB_DOMAIN") or found.domain or DEFAULT_DOMAIN,
        run=run,
        action=environment.get("LINKHUB_ACTION") or found.action,
        attempt=_number(environment.get("LINKHUB_ATTEMPT")) or found.attempt,
    )


def _flyte2_context(environment: Mapping[str, str]) -> Identity | None:
    """Inside a task the SDK itself knows best, also where one process serves many actions."""
    module: Any = sys.modules.get("flyte")
    context = module.ctx() if hasattr(module, "ctx") else None
    # Outside of a task it is None, or a context of Nones that counts as false.
    if not context:
        return None
    action = context.action
    return Identity(
        project=action.project or "",
        domain=action.domain or "",
        run=action.run_name or "",
        action=action.name,
        attempt=_attempt(environment),
        pod=_pod(environment),
        engine="flyte2",
        on_cluster=context.mode == "remote",
    )


def _flyte2(environment: Mapping[str, str]) -> Identity | None:
    if not (environment.get("RUN_NAME") and environment.get("ACTION_NAME")):
        return None
    return Identity(
        project=environment.get("FLYTE_INTERNAL_EXECUTION_PROJECT", ""),
        domain=environment.get("FLYTE_INTERNAL_EXECUTION_DOMAIN", ""),
        run=environment["RUN_NAME"],
        action=environment["ACTION_NAME"],
        attempt=_attempt(environment),
        pod=_pod(environment),
        engine="flyte2",
        on_cluster=True,
    )


def _flyte1(environment: Mapping[str, str]) -> Identity | None:
    """The names that flytekit's entrypoint reads, with the short ones of older back ends."""
    run = environment.get("FLYTE_INTERNAL_EXECUTION_ID") or environment.get("_F_NM")
    if not run:
        return None
    workflow = environment.get("FLYTE_INTERNAL_EXECUTION_WORKFLOW") or environment.get("_F_WF", "")
    pod = _pod(environment)
    return Identity(
        project=environment.get("FLYTE_INTERNAL_EXECUTION_PROJECT")
        or environment.get("_F_PRJ", ""),
        domain=environment.get("FLYTE_INTERNAL_EXECUTION_DOMAIN") or environment.get("_F_DM", ""),
        run=run,
        action=_node_of(pod, run),
        attempt=_attempt(environment),
        pod=pod,
        engine="flyte1",
        workflow=workflow.split(":")[-1],
        on_cluster=True,
    )


def _node_of(pod: str, execution: str) -> str | None:
    """The node in `{execution}-{node}-{retry}`; a name of more than 50 characters is a hash."""
    found = re.fullmatch(re.escape(execution) + r"-(.+)-\d+", pod)
    return found[1] if found else None


def _airflow(environment: Mapping[str, str]) -> Identity | None:
    """As its OpenLineage events say it: the namespace is the project, the DAG run is the run."""
    dag, run = environment.get("AIRFLOW_CTX_DAG_ID"), environment.get("AIRFLOW_CTX_DAG_RUN_ID")
    if not (dag and run):
        return None
    return Identity(
        project=airflow_project(environment),
        domain=DEFAULT_DOMAIN,
        run=run,
        action=environment.get("AIRFLOW_CTX_TASK_ID"),
        attempt=_number(environment.get("AIRFLOW_CTX_TRY_NUMBER")),
        pod=_pod(environment) if _in_kubernetes(environment) else "",
        engine="airflow",
        workflow=dag,
        on_cluster=True,
    )


def airflow_project(environment: Mapping[str, str]) -> str:
    """The project that Airflow's OpenLineage events go to, by the namespace that it has."""
    namespace = environment.get("AIRFLOW__OPENLINEAGE__NAMESPACE")
    return _slug(namespace or environment.get("OPENLINEAGE_NAMESPACE", "default"))


def _argo(environment: Mapping[str, str]) -> Identity | None:
    """A node's id is the workflow's name, a dash and a number; the only node's is the name."""
    node = environment.get("ARGO_NODE_ID")
    if not node:
        return None
    namespace = _namespace(environment)
    return Identity(
        project=namespace,
        domain=DEFAULT_DOMAIN,
        run=environment.get("ARGO_WORKFLOW_NAME") or re.sub(r"-\d+$", "", node),
        action=node,
        pod=environment.get("ARGO_POD_NAME") or _pod(environment),
        namespace=namespace,
        engine="argo",
        on_cluster=True,
    )


def _kubernetes(environment: Mapping[str, str]) -> Identity | None:
    if not _in_kubernetes(environment):
        return None
    namespace, pod = _namespace(environment), _pod(environment)
    return Identity(
        project=namespace,
        domain=DEFAULT_DOMAIN,
        run=environment.get("JOB_NAME") or pod,
        action=environment.get("JOB_COMPLETION_INDEX"),
        pod=pod,
        namespace=namespace,
        engine="kubernetes",
        on_cluster=True,
    )


DETECTORS: tuple[Callable[[Mapping[str, str]], Identity | None], ...] = (
    _flyte2_context,
    _flyte2,
    _flyte1,
    _airflow,
    _argo,
    _kubernetes,
)


def _in_kubernetes(environment: Mapping[str, str]) -> bool:
    return "KUBERNETES_SERVICE_HOST" in environment


def _pod(environment: Mapping[str, str]) -> str:
    """Kubernetes sets HOSTNAME to the pod's name."""
    return (
        environment.get("_F_PN") or environment.get("POD_NAME") or environment.get("HOSTNAME", "")
    )


def _namespace(environment: Mapping[str, str]) -> str:
    if environment.get("POD_NAMESPACE"):
        return environment["POD_NAMESPACE"]
    try:
        with open(NAMESPACE_FILE) as file:
            return file.read().strip()
    except OSError:
        return ""


def _attempt(environment: Mapping[str, str]) -> int | None:
    """Flyte counts attempts from 0."""
    number = _number(environment.get("FLYTE_ATTEMPT_NUMBER"))
    return None if number is None else number + 1


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-") or "default"
