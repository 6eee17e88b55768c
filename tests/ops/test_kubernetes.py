"""The manifests by Kubernetes' own schema, strictly (`make check-kubernetes`, which brings it)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.ops.test_deploy import DEPLOY, MANIFESTS

pytestmark = pytest.mark.slow
# Of KEDA, which has its own.
NOT_KUBERNETES = {"ScaledObject"}
VOLUME = yaml.safe_load((DEPLOY / "kubernetes/archive/volume.yaml").read_text())
OURS = [one for one in (*MANIFESTS, VOLUME) if one["kind"] not in NOT_KUBERNETES]


@pytest.mark.parametrize(
    "manifest", OURS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}"
)
def test_it_is_what_kubernetes_takes(manifest: Any) -> None:
    schema = pytest.importorskip("kubernetes_validate", reason="comes with make check-kubernetes")
    schema.validate(manifest, schema.latest_version(), strict=True)
