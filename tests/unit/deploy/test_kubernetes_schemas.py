"""Each manifest is what Kubernetes takes, and the built files are those of the overlays.

Kinds of Kubernetes itself are checked strictly against its published schemas. Kinds of operators
have none at hand: of them only `OURS` is checked, our own short reading of their definitions, and
those parts that are Kubernetes' own.
"""

from __future__ import annotations

import json

import kubernetes_validate
import pytest
import yaml

from deploy.kubernetes.build import BUILT, FOLDER, OVERLAYS, page
from tests.unit.deploy.cluster import Manifest, manifests, name_of, of_kind

OLDEST, NEWEST = "1.31", "1.37"
# What the spec of each must have, and all that it may have of what we use.
OURS: dict[str, tuple[set[str], set[str]]] = {
    "RabbitmqCluster": (
        {"replicas", "persistence", "resources", "rabbitmq"},
        {"image", "affinity"},
    ),
    "Vhost": ({"name", "rabbitmqClusterReference"}, set()),
    "User": ({"rabbitmqClusterReference", "importCredentialsSecret"}, set()),
    "Permission": ({"permissions", "rabbitmqClusterReference", "vhost", "userReference"}, set()),
    "Policy": (
        {"name", "pattern", "definition", "rabbitmqClusterReference"},
        {"vhost", "applyTo", "priority"},
    ),
    "MongoDBCommunity": ({"type", "security", "users", "members", "version"}, {"statefulSet"}),
    "ScaledObject": (
        {"scaleTargetRef", "triggers", "minReplicaCount", "maxReplicaCount"},
        {"pollingInterval", "fallback", "advanced"},
    ),
    "PodMonitor": ({"selector", "podMetricsEndpoints"}, set()),
}


def wrapped(spec: Manifest) -> Manifest:
    """Return a pod with a part of a pod that an operator's object holds."""
    container = {"name": "engine", "resources": spec.pop("resources")}
    spec |= {"containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "engine"}, "spec": spec}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_each_object(overlay: str, version: str) -> None:
    found = [one for one in manifests(overlay) if one["kind"] not in OURS]
    assert len(found) > 30
    for one in found:
        kubernetes_validate.validate(one, version, strict=True)


def test_what_kubernetes_does_not_know_is_seen() -> None:
    (deployment, *_) = of_kind("demo", "Deployment")
    wrong = json.loads(json.dumps(deployment))
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_objects_of_operators_have_what_they_need_and_nothing_unknown(overlay: str) -> None:
    for one in manifests(overlay):
        if one["kind"] in OURS:
            needed, allowed = OURS[one["kind"]]
            assert needed <= set(one["spec"]) <= needed | allowed, name_of(one)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_affinity_and_resources_of_the_engines_are_those_of_kubernetes(overlay: str) -> None:
    (bus,) = of_kind(overlay, "RabbitmqCluster")
    (database,) = of_kind(overlay, "MongoDBCommunity")
    template = database["spec"]["statefulSet"]["spec"]["template"]["spec"]
    (mongod,) = template["containers"]
    for spec, resources in ((bus["spec"], bus["spec"]), (template, mongod)):
        part = {"affinity": spec["affinity"], "resources": resources["resources"]}
        kubernetes_validate.validate(wrapped(part), OLDEST, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_object_is_there_twice(overlay: str) -> None:
    found = [(one["apiVersion"], one["kind"], name_of(one)) for one in manifests(overlay)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_built_file_is_fresh_and_as_it_was_built(overlay: str) -> None:
    text = (BUILT / f"{overlay}.yaml").read_text(encoding="utf-8")
    rest = "".join(text.splitlines(keepends=True)[2:])
    assert text == page(overlay, rest), "run: python -m deploy.kubernetes.build (needs kubectl)"


def test_no_secret_is_in_the_repository() -> None:
    for path in FOLDER.rglob("*.yaml"):
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            assert one["kind"] != "Secret", path
            assert "secretGenerator" not in one, path


def test_kubernetes_takes_what_a_component_that_no_overlay_has_would_add() -> None:
    text = (FOLDER / "components/tracing/network.yaml").read_text(encoding="utf-8")
    for version in (OLDEST, NEWEST):
        for one in yaml.safe_load_all(text):
            kubernetes_validate.validate(one, version, strict=True)
