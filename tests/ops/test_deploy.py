"""Manifests, dashboard and alerts agree with what LinkHub runs, serves and counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from linkhub.embedded.serving import parts
from linkhub.embedded.serving.options import read_options
from linkhub.lib.version import VERSION
from linkhub.seeing.condition import QUEUES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
MANIFESTS = [
    one
    for path in FILES
    for one in yaml.safe_load_all(path.read_text())
    if path.stem != "kustomization"
]
# Of the archive's component.
PARTS = ("volume", "sources-worker")


def of_kind(*kinds: str) -> list[Any]:
    return [one for one in MANIFESTS if one["kind"] in kinds]


PODS = [(one["metadata"]["name"], one["spec"]["template"]) for one in of_kind("Deployment", "Job")]


def container(name: str) -> Any:
    [found] = [pod["spec"]["containers"][0] for each, pod in PODS if each == f"linkhub-{name}"]
    return found


def test_every_file_is_applied() -> None:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())

    assert {*kustomization["resources"], "kustomization.yaml"} == {path.name for path in FILES}
    assert kustomization["images"][0]["newTag"] == VERSION


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_no_pod_can_do_more_than_it_must(name: str, pod: Any) -> None:
    [inside] = pod["spec"]["containers"]

    assert pod["spec"]["securityContext"]["runAsNonRoot"]
    assert not pod["spec"]["automountServiceAccountToken"]
    assert inside["securityContext"]["readOnlyRootFilesystem"]
    assert not inside["securityContext"]["allowPrivilegeEscalation"]
    assert inside["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert inside["resources"]["limits"]["memory"]
    assert {each["mountPath"] for each in inside["volumeMounts"]} == {"/tmp"}


def test_the_archive_is_where_the_worker_may_write() -> None:
    folder = DEPLOY / "kubernetes/archive"
    part = yaml.safe_load((folder / "kustomization.yaml").read_text())
    volume, patch = (yaml.safe_load((folder / f"{one}.yaml").read_text()) for one in PARTS)
    inside = patch["spec"]["template"]["spec"]
    [worker], [mounted] = inside["containers"], inside["volumes"]
    [path] = [each["mountPath"] for each in worker["volumeMounts"]]

    assert [*part["resources"], part["patches"][0]["path"]] == [f"{one}.yaml" for one in PARTS]
    assert patch["metadata"]["name"] in {name for name, _ in PODS}
    assert worker["name"] == container("sources-worker")["name"]
    queue = settings.CELERY_BEAT_SCHEDULE["retire-runs"]["options"]["queue"]
    assert queue in _queues(container("sources-worker")["command"])
    assert {each["name"]: each["value"] for each in worker["env"]} == {"LINKHUB_ARCHIVE": path}
    assert mounted["persistentVolumeClaim"]["claimName"] == volume["metadata"]["name"]


def test_there_is_no_secret_in_them() -> None:
    assert not of_kind("Secret")
    [config] = of_kind("ConfigMap")
    assert not [
        name
        for name in config["data"]
        if re.search("SECRET|PASSWORD|TOKEN|URL$", name) and name != "LINKHUB_PUBLIC_URL"
    ]


def test_they_take_from_the_queues_that_serve_takes_from() -> None:
    background = parts.background(read_options(Path("/srv"), {}))
    served = {word for part in background for word in _queues(part.command)}
    deployed = {
        word for _, pod in PODS for word in _queues(pod["spec"]["containers"][0]["command"])
    }

    assert deployed == served == set(QUEUES)


def _queues(command: Any) -> list[str]:
    words = list(command)
    return words[words.index("-Q") + 1].split(",") if "-Q" in words else []


def test_web_is_asked_as_a_host_that_it_allows() -> None:
    [config] = of_kind("ConfigMap")
    web = container("web")
    allowed = config["data"]["ALLOWED_HOSTS"].split(",")
    asked = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}

    for probe, path in asked.items():
        request = web[probe]["httpGet"]
        assert request["path"] == path
        assert request["httpHeaders"][0]["value"] in allowed


def test_others_touch_the_file_that_their_probes_look_at() -> None:
    [config] = of_kind("ConfigMap")
    file = config["data"]["LINKHUB_ALIVE_FILE"]

    for name in ("worker", "python-links-worker", "sources-worker", "beat"):
        assert file in container(name)["livenessProbe"]["exec"]["command"][2]


def test_selectors_find_their_pods() -> None:
    labels = [pod["metadata"]["labels"] for _, pod in PODS]
    for one in of_kind("Service", "PodDisruptionBudget", "NetworkPolicy", "Deployment"):
        spec = one["spec"]
        selector = spec.get("selector") or spec["podSelector"]
        wanted = selector.get("matchLabels", selector)
        assert [each for each in labels if wanted.items() <= each.items()], one["metadata"]["name"]


def test_what_is_scaled_is_there_and_says_no_number_of_its_own() -> None:
    deployments = {one["metadata"]["name"]: one["spec"] for one in of_kind("Deployment")}
    [scaled] = of_kind("ScaledObject")

    assert "replicas" not in deployments[scaled["spec"]["scaleTargetRef"]["name"]]
    assert deployments["linkhub-beat"]["replicas"] == 1


def expressions() -> Iterator[str]:
    alerts = yaml.safe_load((DEPLOY / "monitoring/alerts.yaml").read_text())
    yield from (rule["expr"] for group in alerts["groups"] for rule in group["rules"])
    dashboard = json.loads((DEPLOY / "monitoring/grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    [scaled] = of_kind("ScaledObject")
    yield scaled["spec"]["triggers"][0]["metadata"]["query"]


@pytest.mark.django_db
def test_they_ask_for_metrics_that_there_are() -> None:
    text = Client().get("/metrics").content.decode()
    names = set()
    for family in text_string_to_metric_families(text):
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        names |= {family.name + each for each in suffixes.get(family.type, [""])}
    asked = {name for each in expressions() for name in re.findall(r"linkhub_\w+", each)}

    assert len(asked) > 20
    assert asked <= names


def test_every_metric_is_shown_or_watched() -> None:
    from linkhub.lib import meters

    asked = " ".join(expressions())
    assert [meter.name for meter in meters.ALL if meter.name not in asked] == []


def test_every_alert_is_explained() -> None:
    alerts = yaml.safe_load((DEPLOY / "monitoring/alerts.yaml").read_text())
    guide = (ROOT / "docs/operations.md").read_text()

    for rule in alerts["groups"][0]["rules"]:
        assert f"`{rule['alert']}`" in guide
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]


def test_panels_do_not_overlap() -> None:
    dashboard = json.loads((DEPLOY / "monitoring/grafana-dashboard.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_version_is_the_projects() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
