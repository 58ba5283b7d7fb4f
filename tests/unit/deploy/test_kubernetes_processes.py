"""Each process in the cluster is told what it needs, watched, bounded and let go in time."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from environs import Env

from deploy.kubernetes.build import OVERLAYS
from deploy.local.layout import ROOT
from deploy.local.services import SERVICES
from services.chassis.settings import read_settings
from services.portal import health
from services.portal.settings import read_settings as read_portal_settings
from services.referrals.settings import read_referral_settings
from tests.house.test_settings import listed
from tests.unit.deploy.cluster import (
    Manifest,
    container_of,
    is_selected,
    labels,
    name_of,
    named,
    of_kind,
    pod,
    role_of,
    service_of,
)

PLACES = {f"{service}-{role}" for service in SERVICES[:-1] for role in ("api", "worker")}
ADDRESSES = {"uri": "amqp://bus", "connectionString.standard": "mongodb://server/own"}
DEPLOYMENTS = [
    pytest.param(overlay, one, id=f"{overlay}-{name_of(one)}")
    for overlay in OVERLAYS
    for one in of_kind(overlay, "Deployment")
]
each_deployment = pytest.mark.parametrize(("overlay", "deployment"), DEPLOYMENTS)


def constant(path: str, name: str) -> int:
    """Return a number from a module that is not to be imported here, as it starts eventlet."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    return int(ast.literal_eval(value))


def environment(overlay: str, deployment: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what the process finds in its environment; addresses stand for those in Secrets."""
    for source in container_of(deployment)["envFrom"]:
        yield from named(overlay, "ConfigMap", source["configMapRef"]["name"])["data"].items()
    for entry in container_of(deployment)["env"]:
        reference = entry.get("valueFrom", {}).get("secretKeyRef")
        yield entry["name"], ADDRESSES[reference["key"]] if reference else entry["value"]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, overlay: str, deployment: Manifest) -> Env:
    """Put the process's environment in place of this one."""
    for name in listed() & set(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment(overlay, deployment):
        monkeypatch.setenv(name, value)
    return Env()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_service_is_there_in_each_role(overlay: str) -> None:
    found = {name_of(one) for one in of_kind(overlay, "Deployment")}
    assert found == PLACES | {"portal"}


@each_deployment
def test_a_process_starts_as_its_service_in_its_role(overlay: str, deployment: Manifest) -> None:
    service, role = service_of(deployment), role_of(deployment)
    roles = [] if service == "portal" else ["--role", role]
    assert container_of(deployment)["args"] == [f"services.{service}", *roles]
    assert overlay in OVERLAYS


@each_deployment
def test_whatever_is_told_is_a_setting(overlay: str, deployment: Manifest) -> None:
    assert {name for name, _ in environment(overlay, deployment)} <= listed()


@each_deployment
def test_the_settings_are_enough_to_start(overlay: str, deployment: Manifest, told: Env) -> None:
    service = service_of(deployment)
    settings: Any = (
        read_portal_settings(told)
        if service == "portal"
        else read_settings(service, role_of(deployment), told)
    )
    ports = [each["containerPort"] for each in container_of(deployment)["ports"]]
    assert settings.mode == {"demo": "local", "production": "production"}[overlay]
    assert settings.http_host == "0.0.0.0"  # noqa: S104 - a pod is asked from outside
    assert ports == [settings.http_port]
    if service == "referrals":
        assert read_referral_settings(told).areas


@each_deployment
def test_the_portal_finds_the_services(overlay: str, deployment: Manifest) -> None:
    for name, value in environment(overlay, deployment):
        if name in {f"{service.upper()}_URL" for service in SERVICES}:
            service = name.removesuffix("_URL").lower()
            (port,) = named(overlay, "Service", service)["spec"]["ports"]
            assert value == f"http://{service}:{port['port']}"


@each_deployment
def test_settings_are_not_hidden_by_the_names_of_services(
    overlay: str, deployment: Manifest
) -> None:
    """Kubernetes would tell REFERRALS_PORT=tcp://… for a Service of that name."""
    assert pod(deployment)["enableServiceLinks"] is False, overlay


@each_deployment
def test_health_is_asked_where_it_is_told(overlay: str, deployment: Manifest) -> None:
    container = container_of(deployment)
    probes = {
        name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")
    }
    assert {each["port"] for each in probes.values()} == {container["ports"][0]["name"]}, overlay
    assert probes["startup"]["path"] == probes["liveness"]["path"] == "/health/live"
    assert probes["readiness"]["path"] == "/health/ready"


def test_health_is_told_there() -> None:
    portal = {str(getattr(route, "path", "")) for route in health.routes()}
    others = (ROOT / "services/chassis/web/server.py").read_text(encoding="utf-8")
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert path in portal
        assert f'"{path}":' in others


@each_deployment
def test_a_process_has_time_to_drain(overlay: str, deployment: Manifest) -> None:
    waits = container_of(deployment).get("lifecycle", {}).get("preStop", {}).get("sleep", {})
    is_asked = role_of(deployment) != "worker"
    ends = max(
        constant("services/chassis/process.py", "HARD_STOP_S"),
        constant("services/portal/__main__.py", "LET_GO_AFTER_S"),
    )
    assert bool(waits) is is_asked, f"{overlay}: requests still come for some seconds"
    assert pod(deployment)["terminationGracePeriodSeconds"] > waits.get("seconds", 0) + ends


@each_deployment
def test_a_process_may_do_nothing_but_its_work(overlay: str, deployment: Manifest) -> None:
    of_pod, own = pod(deployment)["securityContext"], container_of(deployment)["securityContext"]
    assert of_pod["runAsNonRoot"] is True
    assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    account = pod(deployment)["serviceAccountName"]
    assert account == service_of(deployment)
    assert pod(deployment)["automountServiceAccountToken"] is False
    assert named(overlay, "ServiceAccount", account)["automountServiceAccountToken"] is False


def test_the_user_is_the_one_of_the_image() -> None:
    (user,) = (
        line.removeprefix("USER ")
        for line in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("USER ")
    )
    for one in of_kind("production", "Deployment"):
        context = pod(one)["securityContext"]
        assert f"{context['runAsUser']}:{context['runAsGroup']}" == user


@each_deployment
def test_a_process_is_bounded(overlay: str, deployment: Manifest) -> None:
    resources: Mapping[str, Any] = container_of(deployment)["resources"]
    assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}, overlay
    scratch = [each["emptyDir"] for each in pod(deployment)["volumes"] if "emptyDir" in each]
    assert [each["medium"] for each in scratch] == ["Memory"], "no case data on a node's disk"
    assert all("sizeLimit" in each for each in scratch)


@each_deployment
def test_one_at_a_time_is_taken_from_a_place(overlay: str, deployment: Manifest) -> None:
    (budget,) = (
        one
        for one in of_kind(overlay, "PodDisruptionBudget")
        if is_selected(one["spec"]["selector"], labels(deployment))
    )
    assert budget["spec"]["maxUnavailable"] == 1
    assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@each_deployment
def test_processes_of_a_kind_are_apart(overlay: str, deployment: Manifest) -> None:
    spread = pod(deployment)["topologySpreadConstraints"]
    keys = {each["topologyKey"] for each in spread}
    assert keys == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    for each in spread:
        assert is_selected(each["labelSelector"], labels(deployment)), overlay


def test_production_survives_the_loss_of_any_process() -> None:
    for one in of_kind("production", "Deployment"):
        scaled = [
            each["spec"]["minReplicaCount"]
            for each in of_kind("production", "ScaledObject")
            if each["spec"]["scaleTargetRef"]["name"] == name_of(one)
        ]
        counts = scaled or [one["spec"]["replicas"]]
        assert min(counts) >= 2, name_of(one)
        assert not (scaled and "replicas" in one["spec"]), "KEDA counts, or we do"
